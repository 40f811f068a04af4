package inbound

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fairground/internal/value"
)

// mailOf writes a mail with CRLF.
func mailOf(lines ...string) []byte {
	return []byte(strings.ReplaceAll(strings.Join(lines, "\n"), "\n", "\r\n"))
}

func mustRead(t *testing.T, raw []byte) Incoming {
	t.Helper()
	in, err := Read("mina@mail.example", raw)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

const plainMail = `Received: from a.example by b.example; Fri, 1 May 2026 10:12:01 +0200
Received: from c.example by a.example; Fri, 1 May 2026 10:12:00 +0200
From: =?utf-8?q?Mina_M=C3=BCller?= <Mina@Mail.example>
To: "Ben at Lakeside" <c-abc@reply.market.example>, other@mail.example
Subject: =?iso-8859-1?Q?Re:_Gr=FC=DFe?=
 und mehr
Message-ID: <one@mail.example>
In-Reply-To: <t-1@market.example>
References: <t-0@market.example> <t-1@market.example>
Date: Fri, 1 May 2026 10:12:00 +0200
MIME-Version: 1.0
`

func TestReadPlainMail(t *testing.T) {
	t.Parallel()
	in := mustRead(t, mailOf(plainMail+"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGrüße!\n\nOn 1 May 2026, Ben wrote:\n> Hi\n"))
	if in.From != (Address{"Mina Müller", "mina@mail.example"}) || in.Subject != "Re: Grüße und mehr" || in.Text != "Grüße!" ||
		!strings.Contains(in.Full, "> Hi") || in.MessageID != "one@mail.example" || in.InReplyTo != "t-1@market.example" ||
		len(in.References) != 2 || len(in.To) != 2 || in.To[0].Email != "c-abc@reply.market.example" || in.Hops != 2 || in.Loop || in.Auto {
		t.Errorf("%+v", in)
	}
	if !in.Date.Equal(time.Date(2026, 5, 1, 8, 12, 0, 0, time.UTC)) || len(in.Digest) != 64 {
		t.Errorf("date %s, digest %q", in.Date, in.Digest)
	}
}

func TestDigestIsOfTheMailNotOfItsWay(t *testing.T) {
	t.Parallel()
	body := "Subject: a\r\nFrom: a@b.example\r\n\r\ntext"
	one := digest([]byte("Received: from x\r\n\tby y\r\n" + body))
	if other := digest([]byte("Return-Path: <a@b.example>\r\nReceived: from z\r\n\tby y; later\r\n" + body)); one != other {
		t.Error("the same mail has two digests")
	}
	if digest([]byte(body+"x")) == one || digest([]byte("To: c\r\n"+body)) == one {
		t.Error("different mails have one digest")
	}
}

func TestCharsets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ head, body, want string }{
		"utf-8":                     {`text/plain; charset=utf-8`, "Grüße €", "Grüße €"},
		"latin-1":                   {`text/plain; charset=iso-8859-1`, "Gr\xfc\xdfe", "Grüße"},
		"windows":                   {`text/plain; charset="windows-1252"`, "20 \x80", "20 €"},
		"cyrillic":                  {`text/plain; charset=koi8-r`, "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"},
		"japanese":                  {`text/plain; charset=iso-2022-jp`, "\x1b$B<+E>\x1b(B", "自転"},
		"utf-16":                    {`text/plain; charset=utf-16`, "\xff\xfeG\x00r\x00\xfc\x00n\x00", "Grün"},
		"utf-8 said to be latin-1":  {`text/plain; charset=iso-8859-1`, "Grüße", "Grüße"},
		"utf-8 said to be ASCII":    {`text/plain; charset=us-ascii`, "Grüße", "Grüße"},
		"latin-1 said to be utf-8":  {`text/plain; charset=utf-8`, "Gr\xfc\xdfe", "Grüße"},
		"latin-1, nothing said":     {`text/plain`, "Gr\xfc\xdfe", "Grüße"},
		"unknown":                   {`text/plain; charset=martian`, "Gr\xfc\xdfe", "Grüße"},
		"a type that is none":       {`nonsense;;; "`, "plain words", "plain words"},
		"NUL and control":           {`text/plain`, "a\x00b\x07c\x1b[31md", "abc[31md"},
		"turned direction":          {`text/plain; charset=utf-8`, "a\u202eb\u200bc", "abc"},
		"a multipart without parts": {`multipart/mixed`, "just words", "just words"},
	} {
		in := mustRead(t, []byte("From: a@b.example\r\nContent-Type: "+c.head+"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"+c.body))
		if in.Text != c.want {
			t.Errorf("%s: %q, want %q", name, in.Text, c.want)
		}
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("Grüße aus dem Haus\n", 10)))
	for name, c := range map[string]struct{ encoding, body, want string }{
		"base64":             {"base64", encoded, "Grüße aus dem Haus"},
		"base64, cut":        {"base64", encoded[:101], "Grüße aus dem Haus"},
		"base64, with dirt":  {"base64", encoded[:40] + "!?\r\n" + encoded[40:], "Grüße aus dem Haus"},
		"quoted":             {"quoted-printable", "Gr=C3=BC=C3=9Fe aus=\r\n dem Haus", "Grüße aus dem Haus"},
		"quoted, wrongly":    {"quoted-printable", "Gr=C3=BC=C3=9Fe aus dem Haus =ZZ 5=", "Grüße aus dem Haus"},
		"unknown":            {"martian", "Grüße aus dem Haus", "Grüße aus dem Haus"},
		"flowed is joined":   {"8bit\r\nContent-Type: text/plain; charset=utf-8; format=flowed", "Grüße aus \r\ndem Haus\r\nund mehr", "Grüße aus dem Haus\nund mehr"},
		"flowed without gap": {"8bit\r\nContent-Type: text/plain; charset=utf-8; format=flowed; delsp=yes", "Grüße aus d \r\nem Haus", "Grüße aus dem Haus"},
	} {
		kind := "Content-Type: text/plain; charset=utf-8\r\n"
		if strings.Contains(c.encoding, "Content-Type") {
			kind = ""
		}
		in := mustRead(t, []byte("From: a@b.example\r\n"+kind+"Content-Transfer-Encoding: "+c.encoding+"\r\n\r\n"+c.body+"\r\n"))
		if !strings.HasPrefix(in.Full, c.want) {
			t.Errorf("%s: %q, want %q", name, in.Full, c.want)
		}
	}
}

const twoWays = `From: a@b.example
Content-Type: multipart/mixed; boundary=out

--out
Content-Type: multipart/alternative; boundary=in

--in
Content-Type: text/plain

plain words
--in
Content-Type: text/html

<p>html words</p>
--in--
--out
Content-Type: image/png; name="photo.png"
Content-Disposition: attachment; filename="photo.png"
Content-Transfer-Encoding: base64

/9j/4AAQSkZJRgABAQAAAQABAAD/
--out
Content-Type: text/plain
Content-Disposition: inline

more words
--out--
`

func TestPartsAreSorted(t *testing.T) {
	t.Parallel()
	in := mustRead(t, mailOf(twoWays))
	if in.Text != "plain words\nmore words" || in.FromHTML || len(in.Attachments) != 1 {
		t.Fatalf("%+v", in)
	}
	if a := in.Attachments[0]; a.Name != "photo.png" || a.Type != "image/jpeg" || a.Claimed != "image/png" || a.Inline {
		t.Errorf("%+v", a)
	}
	in = mustRead(t, mailOf(strings.Replace(twoWays, "plain words\n", " \n", 1)))
	if in.Text != "html words\nmore words" || !in.FromHTML {
		t.Errorf("without plain words: %q", in.Text)
	}
	in = mustRead(t, mailOf(strings.Replace(twoWays, "--out--\n", "", 1)))
	if in.Text != "plain words\nmore words" {
		t.Errorf("without the last boundary: %q", in.Text)
	}
	in = mustRead(t, mailOf(strings.Replace(twoWays, "--in--\n", "", 1)))
	if !strings.HasPrefix(in.Text, "plain words") || len(in.Attachments) != 1 {
		t.Errorf("without the inner boundary: %+v", in)
	}
}

func TestAttachmentNamesAndTypes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"../../etc/passwd": "passwd", `C:\\Windows\\system.ini`: "system.ini", "/absolute/photo.jpg": "photo.jpg", "..": "attachment",
		"a\x00b.txt": "ab.txt", "photo\u202egpj.exe": "photogpj.exe", "": "attachment", ".hidden": "hidden", "a|b<c>.txt": "a_b_c_.txt",
		strings.Repeat("ü", 300) + ".jpg": strings.Repeat("ü", 96) + ".jpg", "con/..": "attachment",
	} {
		if got := fileName(strings.ReplaceAll(name, `\\`, `\`), unknownType); got != want {
			t.Errorf("%q became %q, want %q", name, got, want)
		}
	}
	for content, want := range map[string]string{
		"MZ\x90\x00": "application/vnd.microsoft.portable-executable", "\x7fELF\x02": "application/x-executable", "#!/bin/sh\n": "text/x-script",
		"\x89PNG\r\n\x1a\n": "image/png", "%PDF-1.7": "application/pdf", "<html><script>": "text/html", "\x00\x00\x00\x18ftypheic": "image/heic",
		"<?xml version='1.0'?><svg onload=x>": "image/svg+xml", "PK\x03\x04": "application/zip", "GIF89a": "image/gif", "words": "text/plain", "\x00\x01": unknownType,
	} {
		if got := typeByContent([]byte(content)); got != want {
			t.Errorf("%q is %q, want %q", content, got, want)
		}
	}
}

func TestHTMLBecomesText(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"<p>One</p><p>Two &amp; <b>three</b></p>": "One\n\nTwo & three",
		"a<br>b<br/>c":                      "a\nb\nc",
		"<div>a</div><div>b</div>":          "a\nb",
		"<ul><li>one</li><li>two</li></ul>": "- one\n- two",
		"yes<blockquote>quoted<br>more<blockquote>older</blockquote></blockquote>end": "yes\n> quoted\n> more\n>> older\nend",
		"<style>p{}</style><script>x()</script>seen":                                  "seen",
		"<title>no</title>seen <span style='display: none'>hidden <b>x</b></span>too": "seen too",
		`<a href="https://evil.example/x">https://bank.example</a>`:                   "https://bank.example <https://evil.example/x>",
		`<a href="https://bank.example/">bank.example</a>`:                            "bank.example",
		`<a href="javascript:x">click</a>`:                                            "click",
		"  many \n  spaces  ":                                                         "many spaces",
		"<pre>a\n  b</pre>":                                                           "a\n  b",
		"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>":             "a b\nc",
		"<div style='display:none'>all of it is hidden and has no end":                "all of it is hidden and has no end",
		"a<hr>b":             "a\n________________________________\nb",
		"unclosed <b>tag <i": "unclosed tag",
		"<html><head><title>t</title><body>no end of head": "no end of head",
	} {
		if got := htmlText(source); got != want {
			t.Errorf("%q became %q, want %q", source, got, want)
		}
	}
	in := mustRead(t, mailOf("From: a@b.example", "Content-Type: text/html; charset=iso-8859-1", "", `<div dir="ltr">Gr`+"\xfc\xdf"+`e</div><br><div class="gmail_quote">`+
		`<div dir="ltr" class="gmail_attr">On Fri, May 1, 2026 at 10:12 AM Mina &lt;<a href="mailto:post@market.example">post@market.example</a>&gt; wrote:<br></div>`+
		`<blockquote class="gmail_quote">Hello?</blockquote></div>`))
	if in.Text != "Grüße" || !in.FromHTML {
		t.Errorf("%q of %q", in.Text, in.Full)
	}
}

// How the mail programs of the world write an answer in HTML.
func TestHTMLAnswersAreTrimmed(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"Outlook": `<html xmlns:o="urn:x"><head><meta name=Generator content="Word 15"><style>p.MsoNormal{margin:0}</style></head><body lang=DE>` +
			`<div class=WordSection1><p class=MsoNormal>Yes, at six.<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>` +
			`<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>Von:</b> Mina &lt;post@market.example&gt; <br><b>Gesendet:</b> Freitag, 1. Mai 2026 10:12<br>` +
			`<b>An:</b> ben@mail.example<br><b>Betreff:</b> Bicycle</p></div><p class=MsoNormal>At six?</p></div></body></html>`,
		"Outlook on the web": `<div style="font-size:12pt">Yes, at six.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">` +
			`<div id="divRplyFwdMsg" dir="ltr"><font><b>From:</b> Mina &lt;post@market.example&gt;<br><b>Sent:</b> Friday, May 1, 2026 10:12<br><b>To:</b> Ben<br><b>Subject:</b> Bicycle</font></div><div>At six?</div>`,
		"Apple": `<html><head></head><body dir="auto">Yes, at six.<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div>` +
			`<div dir="ltr"><br><blockquote type="cite">On 1 May 2026, at 10:12, Mina &lt;post@market.example&gt; wrote:<br><br></blockquote></div><blockquote type="cite"><div>At six?</div></blockquote></body></html>`,
		"Thunderbird": `<html><body><p>Yes, at six.</p><div class="moz-cite-prefix">Am 01.05.26 um 10:12 schrieb Mina:<br></div><blockquote type="cite" cite="mid:x"><p>At six?</p></blockquote>` +
			`<pre class="moz-signature" cols="72">-- 
Ben Baker</pre></body></html>`,
		"Gmail": `<div dir="ltr">Yes, at six.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Le ven. 1 mai 2026 à 10:12, Mina &lt;<a href="mailto:post@market.example">post@market.example</a>&gt; a écrit :<br></div>` +
			`<blockquote class="gmail_quote" style="margin:0"><div>At six?</div></blockquote></div>`,
	} {
		in := mustRead(t, []byte("From: a@b.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"+source))
		if in.Text != "Yes, at six." {
			t.Errorf("%s: %q of\n%s", name, in.Text, in.Full)
		}
	}
}

// bombs are mails that cost far more than they weigh when they are read without limits.
func bombs() map[string][]byte {
	var deep strings.Builder
	deep.WriteString("From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n")
	for i := range 10_000 {
		fmt.Fprintf(&deep, "--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", i, i+1)
	}
	head := "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	return map[string][]byte{
		"nested 10,000 deep":        []byte(deep.String()),
		"10,000 parts":              []byte(head + strings.Repeat("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n", 10_000)),
		"10,000 parts without type": []byte(head + strings.Repeat("--b\r\n\r\nx\r\n", 10_000)),
		"1,000 parts":               []byte(head + strings.Repeat("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n", 1000)),
		"huge header":               []byte("From: a@b.example\r\nX-A: " + strings.Repeat("x", 1<<20) + "\r\n\r\ntext"),
		"many headers":              []byte("From: a@b.example\r\n" + strings.Repeat("X-A: b\r\n", 5000) + "\r\ntext"),
		"51 files":                  []byte(head + strings.Repeat("--b\r\nContent-Type: image/png\r\n\r\nx\r\n", 51)),
		"two senders":               []byte("From: a@b.example\r\nFrom: c@d.example\r\n\r\ntext"),
	}
}

func TestBombsAreRefused(t *testing.T) {
	t.Parallel()
	for name, raw := range bombs() {
		start := time.Now()
		_, err := Read("a@b.example", raw)
		if value.KindOf(err) != value.Invalid || time.Since(start) > 15*time.Second {
			t.Errorf("%s: %v after %s", name, err, time.Since(start))
		}
	}
}

// Mails that are read, however ugly, in a time that fits their size. What grows with the square of it would take
// minutes; the limit leaves room for a busy machine.
func TestHeavyMailsAreReadInTime(t *testing.T) {
	t.Parallel()
	head := "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: "
	for name, raw := range map[string]string{
		"4 MB of text":             head + "text/plain\r\n\r\n" + strings.Repeat("On this line there is text\r\n", 4<<20/28),
		"4 MB of short lines":      head + "text/plain\r\n\r\n" + strings.Repeat("a\r\n", 4<<20/3),
		"quotes and introductions": head + "text/plain\r\n\r\n" + strings.Repeat("On 1 May 2026\r\n> a\r\nFrom: a\r\nx wrote:\r\n", 4000),
		"html, deep":               head + "text/html\r\n\r\n" + strings.Repeat("<div><blockquote><b>", 50_000) + "end",
		"html, an endless tag":     head + "text/html\r\n\r\n<a " + strings.Repeat("x=1 ", 1<<18),
		"html, entities":           head + "text/html\r\n\r\n" + strings.Repeat("&amp;&#65;", 1<<17),
		"a part's huge header":     head + "multipart/mixed; boundary=b\r\n\r\n--b\r\n" + strings.Repeat("X-A: b\r\n", 100_000) + "\r\ntext\r\n--b--\r\n",
		"one line of 4 MB":         head + "text/plain\r\n\r\n" + strings.Repeat("x", 4<<20),
		"base64 of nothing":        head + "text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("!", 2<<20),
		"addresses":                "From: a@b.example\r\nTo: " + strings.Repeat("<a@b.example>, ", 10_000) + "\r\n\r\ntext",
		"encoded words":            "From: a@b.example\r\nSubject: " + strings.Repeat("=?utf-8?q?a?= ", 10_000) + "\r\n\r\ntext",
		"references":               "From: a@b.example\r\nReferences: " + strings.Repeat("<", 100_000) + "\r\n\r\ntext",
		"type parameters":          head + "text/plain; " + strings.Repeat("a*0=\"x\"; ", 5000) + "\r\n\r\ntext",
	} {
		start := time.Now()
		in, err := Read("a@b.example", []byte(raw))
		if took := time.Since(start); took > 15*time.Second {
			t.Errorf("%s took %s", name, took)
		} else if testing.Verbose() {
			t.Logf("%-26s %8s  %v", name, took.Round(time.Millisecond), err)
		}
		if err == nil && utf8.RuneCountInString(in.Full) > longestText+10 {
			t.Errorf("%s: the text has %d characters", name, len(in.Full))
		}
		if err != nil && value.KindOf(err) != value.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoopIsSeen(t *testing.T) {
	t.Parallel()
	for hops, want := range map[int]bool{25: false, 26: true} {
		in := mustRead(t, []byte(strings.Repeat("Received: from a\r\n", hops)+"From: a@b.example\r\n\r\ntext"))
		if in.Loop != want || in.Hops != hops {
			t.Errorf("%d hops: %+v", hops, in)
		}
	}
}

func TestAutomatic(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		envelope value.Email
		head     string
		auto     bool
	}{
		"a person":             {"a@b.example", "Subject: Re: bicycle", false},
		"a person says no":     {"a@b.example", "Auto-Submitted: no", false},
		"about an office":      {"a@b.example", "Subject: the office chair is out of stock", false},
		"bounce":               {"", "Subject: anything", true},
		"auto-replied":         {"a@b.example", "Auto-Submitted: auto-replied (vacation)", true},
		"bulk":                 {"a@b.example", "Precedence: Bulk", true},
		"list":                 {"a@b.example", "List-Id: <x.example>", true},
		"newsletter":           {"a@b.example", "List-Unsubscribe: <https://x.example>", true},
		"responder":            {"a@b.example", "X-Autoreply: yes", true},
		"exchange":             {"a@b.example", "X-Auto-Response-Suppress: All", true},
		"an ordinary exchange": {"a@b.example", "X-Auto-Response-Suppress: OOF, AutoReply", false},
		"report":               {"a@b.example", "Content-Type: multipart/report; boundary=x", true},
		"daemon":               {"mailer-daemon@b.example", "Subject: x", true},
		"english":              {"a@b.example", "Subject: Out of Office: Re: bicycle", true},
		"automatic reply":      {"a@b.example", "Subject: Automatic reply: bicycle", true},
		"german":               {"a@b.example", "Subject: =?utf-8?q?Automatische_Antwort:_Fahrrad?=", true},
		"german absence":       {"a@b.example", "Subject: Abwesenheitsnotiz", true},
		"french":               {"a@b.example", "Subject: =?utf-8?q?R=C3=A9ponse_automatique?=", true},
		"italian":              {"a@b.example", "Subject: Risposta automatica: bici", true},
		"spanish":              {"a@b.example", "Subject: =?utf-8?q?Respuesta_autom=C3=A1tica?=", true},
	} {
		in, err := Read(c.envelope, []byte("From: a@b.example\r\n"+c.head+"\r\n\r\n--x\r\n\r\ntext\r\n--x--\r\n"))
		if err != nil || in.Auto != c.auto || in.Auto != (in.AutoBecause != "") {
			t.Errorf("%s: %v %q %v", name, in.Auto, in.AutoBecause, err)
		}
	}
}

func TestBouncesAreRead(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/bounce/*.eml")
	if err != nil || len(files) < 4 {
		t.Fatal(len(files), err)
	}
	want := map[string]Bounce{
		"postfix.eml":  {"gone@mail.example", "failed", "5.1.1", `550 5.1.1 <gone@mail.example>: Recipient address rejected: User unknown`, "eml_01jc2k7q8w4e9@market.example"},
		"exchange.eml": {"gone@firm.example", "failed", "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "eml_01jc2k7q8w4e9@market.example"},
		"delayed.eml":  {"slow@mail.example", "delayed", "4.4.1", "connect to mail.example: Connection timed out", ""},
		"full.eml":     {"full@mail.example", "failed", "5.2.2", "552 5.2.2 Mailbox full", "eml_01jc2k7q8w4e9@market.example"},
		"broken.eml":   {"", "failed", "", "", ""},
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in, err := Read("", []byte(strings.ReplaceAll(string(raw), "\n", "\r\n")))
		if err != nil || in.Bounce == nil || !in.Auto || *in.Bounce != want[filepath.Base(file)] {
			t.Errorf("%s: %v %+v", file, err, in.Bounce)
		}
	}
	if in := mustRead(t, mailOf(plainMail+"\n\ntext")); in.Bounce != nil {
		t.Errorf("a mail is a bounce: %+v", in.Bounce)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(plainMail + "\n\ntext"))
	f.Add(mailOf(twoWays))
	files, _ := filepath.Glob("testdata/bounce/*.eml")
	for _, file := range files {
		raw, _ := os.ReadFile(file)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		start := time.Now()
		in, err := Read("a@b.example", raw)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%d bytes took %s", len(raw), took)
		}
		if err != nil {
			if value.KindOf(err) != value.Invalid {
				t.Errorf("%v", err)
			}
			return
		}
		for _, text := range []string{in.Text, in.Full, in.Subject, in.From.Name, in.MessageID} {
			if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r\x1b") {
				t.Errorf("a text has %q", text)
			}
		}
		if strings.ContainsAny(in.Subject+in.From.Name+in.MessageID, "\n") {
			t.Errorf("more than a line: %q %q %q", in.Subject, in.From.Name, in.MessageID)
		}
		for _, a := range in.Attachments {
			if a.Name == "" || strings.ContainsAny(a.Name, "/\\\x00\n") || strings.HasPrefix(a.Name, ".") {
				t.Errorf("an attachment is named %q", a.Name)
			}
		}
	})
}
