package mail

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"fairground/internal/value"
)

// newSigner has a key of each kind.
func newSigner(t testing.TB) *Signer {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	modern, err := SecretKey(siteSecret, "market.example.org")
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSigner("market.example.org", Key{"fg1", private}, modern)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// published answers for the domain name system with the records that an operator is told to publish.
func published(t testing.TB, s *Signer) func(string) ([]string, error) {
	t.Helper()
	records, err := DNSRecords("market.example.org", Route{Receiver: "mx.market.example.org", Senders: []string{"relay.example.org"}, Reports: "post@market.example.org"}, s)
	if err != nil {
		t.Fatal(err)
	}
	return func(name string) ([]string, error) {
		for _, r := range records {
			if r.Name == name && r.Type == "TXT" {
				return []string{r.Value}, nil
			}
		}
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
}

func TestSignaturesHold(t *testing.T) {
	t.Parallel()
	p := startPost(t, StartTLS)
	signer := newSigner(t)
	from := lakeside
	from.Signer, from.Returns = signer, returns
	m := sample()
	m.Text, m.HTML = "Grüße\n\n.\nend   \n\n\n", "<p>Grüße</p>"
	m.Subject = strings.Repeat("Grüße an alle ", 12)
	if _, err := p.transport(t).Deliver(t.Context(), from, m); err != nil {
		t.Fatal(err)
	}
	got, _ := p.only(t)
	check := func(source string) (held int) {
		all, err := dkim.VerifyWithOptions(strings.NewReader(source), &dkim.VerifyOptions{LookupTXT: published(t, signer)})
		if err != nil || len(all) != 2 {
			t.Fatal(len(all), err)
		}
		for _, one := range all {
			if one.Err == nil && one.Domain == "market.example.org" {
				held++
			}
		}
		return held
	}
	if held := check(got.source); held != 2 {
		t.Errorf("%d of 2 signatures hold", held)
	}
	for name, forged := range map[string]string{
		"body":          strings.Replace(got.source, "end", "END", 1),
		"subject":       strings.Replace(got.source, "\nSubject:", "\nSubject: x", 1),
		"second from":   "From: eve@market.example.org\r\n" + got.source,
		"second to":     "To: eve@market.example.org\r\n" + got.source,
		"new reply-to":  "Reply-To: eve@mail.example.org\r\n" + got.source,
		"added subject": "Subject: other\r\n" + got.source,
	} {
		if held := check(forged); held != 0 || forged == got.source {
			t.Errorf("%s: %d signatures hold on a forged mail", name, held)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	good, err := SecretKey(siteSecret, "Market.example.org")
	if err != nil {
		t.Fatal(err)
	}
	again, _ := SecretKey(siteSecret, "market.example.org")
	other, _ := SecretKey(siteSecret, "other.example.org")
	if !good.Private.(ed25519.PrivateKey).Equal(again.Private) || good.Private.(ed25519.PrivateKey).Equal(other.Private) {
		t.Error("a key is of its secret and its domain")
	}
	if _, err := SecretKey([]byte("short"), "market.example.org"); err == nil {
		t.Error("a short secret was taken")
	}
	for name, keys := range map[string][]Key{"none": nil, "weak": {{"a", weak}}, "selector": {{"a b", good.Private}}, "no key": {{"a", nil}}} {
		if _, err := NewSigner("market.example.org", keys...); value.KindOf(err) != value.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewSigner("localhost", good); value.KindOf(err) != value.Invalid {
		t.Errorf("a short domain: %v", err)
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dkim.pem")
	made, err := KeyFile(path, "fg1")
	if err != nil {
		t.Fatal(err)
	}
	read, err := KeyFile(path, "fg1")
	if err != nil || !read.Private.(*rsa.PrivateKey).Equal(made.Private) || read.Selector != "fg1" {
		t.Errorf("%v", err)
	}
	if found, err := os.Stat(path); err != nil || found.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", found.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*")); len(left) != 0 {
		t.Errorf("drafts are left: %v", left)
	}
	if err := os.WriteFile(path, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := KeyFile(path, "fg1"); err == nil {
		t.Error("a broken file was taken")
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "no key" {
		t.Error("a broken file was replaced")
	}
}

func TestDNSRecords(t *testing.T) {
	t.Parallel()
	records, err := DNSRecords("market.example.org", Route{Receiver: "mx.market.example.org", Senders: []string{"relay.example.org"}}, newSigner(t))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range records {
		names = append(names, r.Type+" "+r.Name)
		for piece := range strings.SplitSeq(r.Zone(), `"`) {
			if len(piece) > 255 {
				t.Errorf("a piece of %d bytes: %s", len(piece), r.Zone())
			}
		}
		if r.Why == "" {
			t.Errorf("%s does not say why", r.Name)
		}
	}
	want := "MX market.example.org, TXT market.example.org, TXT fg1._domainkey.market.example.org, TXT fg-ed._domainkey.market.example.org, TXT _dmarc.market.example.org"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("%s", got)
	}
	if records[0].Zone() != "market.example.org. 3600 IN MX 10 mx.market.example.org." || records[1].Value != "v=spf1 mx a:relay.example.org -all" {
		t.Errorf("%s\n%s", records[0].Zone(), records[1].Value)
	}
}
