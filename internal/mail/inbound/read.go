package inbound

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/jhillyerd/enmime/v2"
	"github.com/jhillyerd/enmime/v2/mediatype"

	"fairground/internal/value"
)

const (
	longestHeader   = 256 << 10 // bytes
	mostHeaderLines = 1000
	mostParts       = 200
	mostNesting     = 12
	mostMultiparts  = 60
	mostBoundaries  = 4000 // lines that begin like a boundary; each may be a part without a header
	mostAttachments = 50
	mostStations    = 25
	longestText     = 200_000 // characters
)

// Read makes an Incoming of a raw mail. envelope is who it came from (MAIL FROM), empty for a bounce. A mail over a
// limit, or one that cannot be read, is an error of kind Invalid. Results are left empty.
func Read(envelope value.Email, raw []byte) (Incoming, error) {
	if err := precheck(raw); err != nil {
		return Incoming{}, err
	}
	root, err := parse(raw)
	if err != nil {
		return Incoming{}, err
	}
	in := Incoming{Envelope: envelope, Size_bytes: int64(len(raw)), Digest: digest(raw)}
	if err := in.readHeader(root); err != nil {
		return Incoming{}, err
	}
	if err := in.readBody(root); err != nil {
		return Incoming{}, err
	}
	in.Bounce = readBounce(root)
	in.Auto, in.AutoBecause = automatic(envelope, root, in)
	return in, nil
}

// headerOf is the header's bytes without the empty line that ends it.
func headerOf(raw []byte) []byte {
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if i := bytes.Index(raw, []byte(end)); i >= 0 {
			return raw[:i]
		}
	}
	return raw
}

// precheck refuses what would cost too much to parse.
func precheck(raw []byte) error {
	header := headerOf(raw)
	if len(header) > longestHeader || bytes.Count(header, []byte("\n")) > mostHeaderLines {
		return value.Errorf(value.Invalid, "the header of this mail is too long")
	}
	if bytes.Count(raw, []byte("\n--")) > mostBoundaries {
		return value.Errorf(value.Invalid, "this mail has too many parts")
	}
	return nil
}

// parse reads the tree of parts, of at most so many. What is in them stays encoded, see content and decoded: the library
// notes each wrong byte, and a mail may have millions. A type that cannot be read is text.
func parse(raw []byte) (*enmime.Part, error) {
	types, multiparts := 0, 0
	over := false
	limited := func(text string) (string, map[string]string, []string, error) {
		types++
		kind, params, bad, err := mediatype.Parse(text)
		if err != nil {
			return "text/plain", nil, nil, nil
		}
		if strings.HasPrefix(kind, "multipart/") {
			multiparts++
		}
		if types > 2*mostParts || multiparts > mostMultiparts {
			over = true
			return "", nil, nil, errors.New("too many parts")
		}
		return kind, params, bad, nil
	}
	parser := enmime.NewParser(enmime.SetCustomParseMediaType(limited), enmime.MultipartWOBoundaryAsSinglePart(true),
		enmime.RawContent(true), enmime.DisableTextConversion(true), enmime.MaxStoredPartErrors(3))
	root, err := parser.ReadParts(bytes.NewReader(raw))
	if over {
		return nil, value.Errorf(value.Invalid, "this mail has too many parts")
	}
	if err != nil {
		return nil, value.Errorf(value.Invalid, "this mail cannot be read").Because(err)
	}
	return root, nil
}

// digest is of everything but the lines that each station adds, so that a mail that is sent again has the same.
func digest(raw []byte) string {
	header := headerOf(raw)
	sum := sha256.New()
	skip := false
	for line := range bytes.Lines(header) {
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := bytes.Cut(line, []byte(":"))
			switch strings.ToLower(string(name)) {
			case "received", "delivered-to", "return-path", "x-original-to":
				skip = true
			default:
				skip = false
			}
		}
		if !skip {
			sum.Write(line)
		}
	}
	sum.Write(raw[len(header):])
	return hex.EncodeToString(sum.Sum(nil))
}

// readHeader takes what is of use from the header. Two senders are refused: programs disagree which of them to show.
func (in *Incoming) readHeader(root *enmime.Part) error {
	h := root.Header
	if len(h.Values("From")) > 1 || len(h.Values("Message-Id")) > 1 {
		return value.Errorf(value.Invalid, "this mail names its sender or its number twice")
	}
	if all := addresses(h.Get("From"), 2); len(all) == 1 {
		in.From = all[0]
	}
	if all := addresses(h.Get("Reply-To"), 1); len(all) == 1 {
		in.ReplyTo = all[0]
	}
	in.To = append(addresses(h.Get("To"), 50), addresses(h.Get("Cc"), 50)...)
	in.To = in.To[:min(len(in.To), 50)]
	in.Subject = line(enmime.DecodeRFC2047(h.Get("Subject")), 500)
	in.MessageID = first(numbers(h.Get("Message-Id")))
	in.InReplyTo = first(numbers(h.Get("In-Reply-To")))
	in.References = numbers(strings.Join(h.Values("References"), " "))
	if date, err := netmail.ParseDate(h.Get("Date")); err == nil {
		in.Date = date.UTC().Truncate(time.Second)
	}
	in.Hops = len(h.Values("Received"))
	for _, name := range h.Values("X-Loop") {
		in.loops = append(in.loops, strings.ToLower(strings.TrimSpace(name)))
	}
	in.Loop = in.Hops > mostStations
	return nil
}

// addresses reads a header with addresses, at most some of them.
func addresses(text string, most int) []Address {
	if text == "" || len(text) > 8000 {
		return nil
	}
	list, err := enmime.ParseAddressList(text)
	if err != nil {
		return nil
	}
	var all []Address
	for _, a := range list {
		email, err := value.ParseEmail(a.Address)
		if err == nil && len(all) < most {
			all = append(all, Address{Name: line(a.Name, 200), Email: email})
		}
	}
	return all
}

// numbers reads Message-IDs.
func numbers(text string) []string {
	var all []string
	for _, piece := range strings.Split(text, "<")[1:] {
		id, _, ok := strings.Cut(piece, ">")
		if ok && id != "" && len(id) <= 250 && !strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) && len(all) < 50 {
			all = append(all, id)
		}
	}
	return all
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}
