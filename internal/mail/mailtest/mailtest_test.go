package mailtest_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"fairground/internal/mail/mailtest"
)

func TestLeaksAreFound(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"header":         "From: a\r\nReply-To: <Mina.Secret@Home.example>\r\n\r\ntext",
		"encoded header": "From: =?utf-8?q?mina=2Esecret=40home=2Eexample?= <a@b.example>\r\n\r\ntext",
		"folded":         "X-A: mina.sec\r\n ret@home.example\r\n\r\ntext",
		"text":           "From: a\r\n\r\nwrite to mina.secret@home.example",
		"name only":      "From: a\r\n\r\nwrite to mina.secret at home",
		"quoted":         "From: a\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nmina.=\r\nsecret=40home.example",
		"base64":         "From: a\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("mina.secret@home.example")),
		"part": "From: a\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
			base64.StdEncoding.EncodeToString([]byte("for mina.secret@home.example")) + "\r\n--x--\r\n",
		"file name": "From: a\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Disposition: attachment; filename=\"mina.secret@home.example.vcf\"\r\n\r\nx\r\n--x--\r\n",
	} {
		if len(mailtest.Leaks([]byte(raw), "other@b.example", "mina.secret@home.example")) == 0 {
			t.Errorf("%s: not found", name)
		}
		if found := mailtest.Leaks([]byte(raw), "other@b.example"); len(found) != 0 {
			t.Errorf("%s: found %v", name, found)
		}
	}
}

func TestShortNamesAreWords(t *testing.T) {
	t.Parallel()
	if found := mailtest.Leaks([]byte("From: a\r\n\r\nthe bike of Ben"), "ben@home.example"); len(found) != 0 {
		t.Error(found)
	}
	if found := mailtest.Leaks([]byte("From: a\r\n\r\nben@home.example"), "ben@home.example"); len(found) == 0 || !strings.Contains(found[0], "ben@home.example") {
		t.Error(found)
	}
}
