package inbound

import (
	"bufio"
	"bytes"
	"net/textproto"
	"regexp"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	"fairground/internal/value"
)

var statusForm = regexp.MustCompile(`\b([245]\.\d{1,3}\.\d{1,3})\b`)

// readBounce reads a delivery report. A report about several recipients is about the one that fared worst: a mail of
// ours has only one.
func readBounce(root *enmime.Part) *Bounce {
	report := find(root, func(kind string) bool {
		return kind == "message/delivery-status" || kind == "message/global-delivery-status"
	})
	if report == nil {
		return nil
	}
	var worst *Bounce
	for _, fields := range groups(content(report))[1:] {
		if b := bounceOf(fields); b != nil && (worst == nil || graver(b, worst)) {
			worst = b
		}
	}
	if worst == nil {
		return nil
	}
	original := find(root, func(kind string) bool {
		return kind == "text/rfc822-headers" || kind == "message/rfc822" || kind == "message/global"
	})
	if original != nil {
		worst.MessageID = first(numbers(groups(content(original))[0].Get("Message-Id")))
	}
	return worst
}

func graver(a, b *Bounce) bool { return a.Action == "failed" && b.Action != "failed" }

func find(p *enmime.Part, wanted func(kind string) bool) *enmime.Part {
	for ; p != nil; p = p.NextSibling {
		if kind, _ := typeOf(p); p.FirstChild == nil && wanted(kind) {
			return p
		}
		if found := find(p.FirstChild, wanted); found != nil {
			return found
		}
	}
	return nil
}

// groups are the blocks of fields that empty lines divide; at least one, at most 100.
func groups(source []byte) []textproto.MIMEHeader {
	source = bytes.TrimLeft(bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n")), "\n")
	var all []textproto.MIMEHeader
	for _, block := range bytes.SplitN(source, []byte("\n\n"), 100) {
		reader := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(bytes.Trim(block, "\n"), "\n\n"...))))
		fields, _ := reader.ReadMIMEHeader() // a wrong line ends the block; what came before it counts
		all = append(all, fields)
	}
	return all
}

// bounceOf reads the fields about one recipient; nil when they are none.
func bounceOf(fields textproto.MIMEHeader) *Bounce {
	action := strings.ToLower(strings.TrimSpace(fields.Get("Action")))
	if action == "" {
		return nil
	}
	b := &Bounce{Action: line(action, 20), Diagnostic: line(afterType(fields.Get("Diagnostic-Code")), 500)}
	for _, name := range []string{"Original-Recipient", "Final-Recipient"} {
		if email, err := value.ParseEmail(strings.Trim(afterType(fields.Get(name)), "<> ")); err == nil {
			b.Recipient = email
			break
		}
	}
	if found := statusForm.FindString(fields.Get("Status")); found != "" {
		b.Status = found
	}
	// Many reports give the general 5.0.0 and say more in the diagnostic.
	if found := statusForm.FindString(b.Diagnostic); found != "" && (b.Status == "" || strings.HasSuffix(b.Status, ".0.0")) {
		b.Status = found
	}
	return b
}

// afterType takes "rfc822;" or "smtp;" away.
func afterType(text string) string {
	if kind, rest, ok := strings.Cut(text, ";"); ok && !strings.ContainsAny(kind, " @") {
		return strings.TrimSpace(rest)
	}
	return strings.TrimSpace(text)
}
