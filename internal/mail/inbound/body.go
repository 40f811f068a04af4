package inbound

import (
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"github.com/jhillyerd/enmime/v2/mediatype"

	"fairground/internal/value"
)

// body is what was found in the parts, in their order.
type body struct {
	pieces      []piece
	attachments []Attachment
	parts       int
}

// piece is one text part.
type piece struct {
	text string
	html bool
}

func (in *Incoming) readBody(root *enmime.Part) error {
	var b body
	if err := b.walk(root, 0); err != nil {
		return err
	}
	var texts []string
	for _, p := range b.pieces {
		if p.html {
			p.text, in.FromHTML = htmlText(p.text), true
		}
		if p.text = strings.Trim(p.text, "\n"); strings.TrimSpace(p.text) != "" {
			texts = append(texts, p.text)
		}
	}
	in.Full = shortened(strings.Join(texts, "\n"), longestText)
	in.Text = Trim(in.Full)
	if len(b.attachments) > mostAttachments {
		return value.Errorf(value.Invalid, "this mail has more than %d files", mostAttachments)
	}
	in.Attachments = b.attachments
	return nil
}

func (b *body) walk(p *enmime.Part, depth int) error {
	if b.parts++; b.parts > mostParts || depth > mostNesting {
		return value.Errorf(value.Invalid, "this mail has too many parts")
	}
	if p.FirstChild == nil {
		return b.leaf(p)
	}
	if p.ContentType == "multipart/alternative" {
		return b.choose(p, depth)
	}
	for child := p.FirstChild; child != nil; child = child.NextSibling {
		if err := b.walk(child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// choose takes the text of one of several ways to say the same: the plainest that says something. Attachments are kept
// from all, because some programs put photos into one of them.
func (b *body) choose(p *enmime.Part, depth int) error {
	var best []piece
	for child := p.FirstChild; child != nil; child = child.NextSibling {
		way := body{parts: b.parts}
		if err := way.walk(child, depth+1); err != nil {
			return err
		}
		b.parts = way.parts
		b.attachments = append(b.attachments, way.attachments...)
		if says(way.pieces) && (!says(best) || best[0].html && !way.pieces[0].html) {
			best = way.pieces
		}
	}
	b.pieces = append(b.pieces, best...)
	return nil
}

func says(pieces []piece) bool {
	for _, p := range pieces {
		if strings.TrimSpace(p.text) != "" {
			return true
		}
	}
	return false
}

// leaf sorts one part: text of the mail, file, or nothing of interest.
func (b *body) leaf(p *enmime.Part) error {
	kind, params := typeOf(p)
	isFile := p.Disposition == "attachment" || p.FileName != ""
	switch {
	case kind == "text/html" && !isFile:
		b.pieces = append(b.pieces, piece{text: decoded(content(p), params["charset"]), html: true})
	case kind == "text/plain" && !isFile, strings.HasPrefix(kind, "multipart/"):
		text := decoded(content(p), params["charset"])
		if strings.EqualFold(params["format"], "flowed") {
			text = unflowed(text, strings.EqualFold(params["delsp"], "yes"))
		}
		b.pieces = append(b.pieces, piece{text: text})
	case isSaidElsewhere(kind) || len(p.Content) == 0:
	default:
		b.attachments = append(b.attachments, attachmentOf(p, kind))
	}
	return nil
}

// isSaidElsewhere are parts that are no files to a person: signatures of the mail, reports, headers, other wordings.
func isSaidElsewhere(kind string) bool {
	switch kind {
	case "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "message/delivery-status",
		"message/global-delivery-status", "text/rfc822-headers", "text/x-amp-html", "message/disposition-notification":
		return true
	}
	return false
}

// typeOf is the part's type with its parameters, text when it has none that can be read.
func typeOf(p *enmime.Part) (string, map[string]string) {
	text := p.Header.Get("Content-Type")
	kind, params, _, err := mediatype.Parse(text)
	if text == "" || err != nil || !strings.Contains(kind, "/") {
		return "text/plain", nil
	}
	return strings.ToLower(kind), params
}
