package account

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/value"
)

func TestPasswordsOfAllKinds(t *testing.T) {
	t.Parallel()
	p := NewPasswords(2)
	for _, password := range []string{
		"12345678", "        ", "correct horse battery staple", "пароль из слов", "密码密码密码密码", "🔑🔑🔑🔑🔑🔑🔑🔑",
		"\u200bzero\u200bwidth", "tab\tand\nline", `"'<>&;--$argon2id$`, strings.Repeat("ä", LongestPassword), strings.Repeat("a\u0308", LongestPassword),
	} {
		hash, err := p.Hash(t.Context(), password)
		if err != nil {
			t.Errorf("%q: %v", password, err)
			continue
		}
		if right, err := p.Matches(t.Context(), hash, password); err != nil || !right {
			t.Errorf("%q does not match its own hash: %v", password, err)
		}
		if right, err := p.Matches(t.Context(), hash, password+" "); err != nil || right {
			t.Errorf("%q with a space more matches: %v", password, err)
		}
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("the hash is %s", hash)
		}
	}
	for _, password := range []string{"", "1234567", "🔑🔑🔑🔑🔑🔑🔑", strings.Repeat("a", LongestPassword+1), "with\x00zero", "bad \xff\xfe bytes"} {
		_, err := p.Hash(t.Context(), password)
		wantKind(t, err, value.Invalid, "password")
	}
}

func TestComposedAndDecomposedLettersAreOnePassword(t *testing.T) {
	t.Parallel()
	p := NewPasswords(1)
	hash, err := p.Hash(t.Context(), "Zürich-Löwe")
	if err != nil {
		t.Fatal(err)
	}
	if right, err := p.Matches(t.Context(), hash, "Zu\u0308rich-Lo\u0308we"); err != nil || !right {
		t.Errorf("decomposed letters do not match: %v", err)
	}
}

func TestHashesThatAreNotOurs(t *testing.T) {
	t.Parallel()
	p := NewPasswords(1)
	for _, hash := range []string{
		"plain", "$2a$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=19456,t=2,p=1$$", "$argon2id$v=19$m=99999999,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
		"$argon2id$v=19$m=19456,t=0,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA", "$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
	} {
		if right, err := p.Matches(t.Context(), hash, "anything at all"); right || err == nil {
			t.Errorf("%s: %t, %v", hash, right, err)
		}
	}
	if right, err := p.Matches(t.Context(), "", "anything at all"); right || err != nil {
		t.Errorf("no hash: %t, %v", right, err)
	}
}

// TestAStormOfPasswordsIsBounded fills every place and expects the next to be turned away at once, and a caller who
// gives up not to keep its place.
func TestAStormOfPasswordsIsBounded(t *testing.T) {
	t.Parallel()
	p := NewPasswords(1)
	p.running <- struct{}{} // somebody runs for ever
	ctx, giveUp := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range cap(p.waiting) {
		all.Go(func() { p.Matches(ctx, "", "a password") })
	}
	for deadline := time.Now().Add(10 * time.Second); len(p.waiting) < cap(p.waiting); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the queue does not fill")
		}
	}
	_, err := p.Matches(t.Context(), "", "one more")
	wantKind(t, err, value.Unavailable, "")
	giveUp()
	all.Wait()
	<-p.running
	if right, err := p.Matches(t.Context(), "", "now there is room"); right || err != nil {
		t.Errorf("after the storm: %t, %v", right, err)
	}
}
