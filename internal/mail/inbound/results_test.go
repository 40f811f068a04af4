package inbound

import (
	"crypto/ed25519"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
)

// signedBy signs a mail with a key made of the domain's name, and publishes the key.
func signedBy(t *testing.T, domain string, known names, raw string) string {
	t.Helper()
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, domain)
	key := ed25519.NewKeyFromSeed(seed)
	known["k1._domainkey."+domain] = []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))}
	var out strings.Builder
	if err := dkim.Sign(&out, strings.NewReader(raw), &dkim.SignOptions{Domain: domain, Selector: "k1", Signer: key}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// The other server is 192.0.2.7 in these tests.
func TestResults(t *testing.T) {
	t.Parallel()
	known := names{
		"home.example":         {"v=spf1 ip4:192.0.2.0/24 -all"},
		"other.example":        {"v=spf1 ip4:198.51.100.1 -all"},
		"evil.example":         {"v=spf1 +all"},
		"soft.example":         {"v=spf1 ~all"},
		"_dmarc.home.example":  {"other text", "v=DMARC1; p=reject; rua=mailto:a@home.example"},
		"_dmarc.other.example": {"v=DMARC1;p=Quarantine"},
	}
	plain := func(from string) string { return "From: " + from + "\r\nSubject: s\r\n\r\ntext\r\n" }
	for name, c := range map[string]struct {
		envelope, raw     string
		spf, dkim, policy string
		aligned           bool
	}{
		"its own server":           {"mina@home.example", plain("mina@home.example"), "pass", "none", "reject", true},
		"a part of the domain":     {"bounce@home.example", plain("mina@mail.home.example"), "pass", "none", "reject", true},
		"not its server":           {"mina@other.example", plain("mina@other.example"), "fail", "none", "quarantine", false},
		"soft":                     {"mina@soft.example", plain("mina@soft.example"), "softfail", "none", "", false},
		"nothing published":        {"mina@silent.example", plain("mina@silent.example"), "none", "none", "", false},
		"another envelope":         {"eve@evil.example", plain("mina@home.example"), "pass", "none", "reject", false},
		"another signature":        {"eve@silent.example", signedBy(t, "evil.example", known, plain("mina@home.example")), "none", "pass", "reject", false},
		"its signature, forwarded": {"fwd@other.example", signedBy(t, "home.example", known, plain("mina@home.example")), "fail", "pass", "reject", true},
		"a changed mail":           {"fwd@other.example", signedBy(t, "home.example", known, plain("mina@home.example")) + "more", "fail", "fail", "reject", false},
		"a bounce":                 {"", plain("mailer-daemon@home.example"), "none", "none", "reject", false},
		"the public suffix":        {"eve@evil.co.uk", plain("mina@bank.co.uk"), "none", "none", "", false},
		"no sender":                {"mina@home.example", "Subject: s\r\n\r\ntext\r\n", "pass", "none", "", false},
	} {
		d := alive("c-1@reply.example")
		r, _ := start(t, d, true, func(c *Config) { c.Resolver = known })
		talk := dial(t, r)
		talk.want("220")
		talk.want("250", "EHLO relay.silent.example")
		talk.want("250", "MAIL FROM:<"+c.envelope+">")
		talk.want("250", "RCPT TO:<c-1@reply.example>")
		talk.want("354", "DATA")
		talk.want("250", c.raw, ".")
		got := d.taken()[0].Results
		if got.SPF != c.spf || got.DKIM != c.dkim || got.Policy != c.policy || got.Aligned != c.aligned || got.Client != "192.0.2.7" {
			t.Errorf("%s: %+v", name, got)
		}
		if got.DKIM == "pass" && !slices.Contains([]string{"home.example", "evil.example"}, got.DKIMPassed[0]) {
			t.Errorf("%s: signed by %v", name, got.DKIMPassed)
		}
	}
}

// A name server that answers nothing does not lose a mail.
func TestResultsWithoutAnswers(t *testing.T) {
	t.Parallel()
	d := alive("c-1@reply.example")
	known := names{}
	raw := signedBy(t, "home.example", known, "From: mina@home.example\r\n\r\ntext\r\n")
	r, _ := start(t, d, true, func(c *Config) { c.Resolver = names{} })
	talk := dial(t, r)
	talk.want("220")
	talk.want("250", "EHLO a.example")
	talk.want("250", "MAIL FROM:<mina@home.example>")
	talk.want("250", "RCPT TO:<c-1@reply.example>")
	talk.want("354", "DATA")
	talk.want("250", raw, ".")
	if got := d.taken()[0].Results; got.Aligned || got.SPF != "none" || got.DKIM == "pass" {
		t.Errorf("%+v", got)
	}
}
