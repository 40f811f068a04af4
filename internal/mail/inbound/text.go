package inbound

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// content undoes the transfer encoding of a part. What does not belong into it is passed over, and what comes before
// the end of a cut text counts.
func content(p *enmime.Part) []byte {
	switch strings.ToLower(strings.TrimSpace(p.Header.Get("Content-Transfer-Encoding"))) {
	case "base64":
		return unbased(p.Content)
	case "quoted-printable":
		return unquoted(p.Content)
	}
	return p.Content
}

func unbased(source []byte) []byte {
	kept := bytes.Map(func(c rune) rune {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			return c
		}
		return -1
	}, source)
	if len(kept)%4 == 1 {
		kept = kept[:len(kept)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(kept)))
	n, _ := base64.RawStdEncoding.Decode(out, kept) // nothing in it can be wrong any more
	return out[:n]
}

func unquoted(source []byte) []byte {
	out := make([]byte, 0, len(source))
	for i := 0; i < len(source); i++ {
		if source[i] != '=' {
			out = append(out, source[i])
			continue
		}
		rest := source[i+1:]
		if end := bytes.TrimLeft(rest[:min(len(rest), 80)], " \t\r"); len(end) > 0 && end[0] == '\n' {
			i += len(rest) - len(bytes.TrimLeft(rest, " \t\r")) + 1 // a line that goes on
			continue
		}
		var letter [1]byte
		if len(rest) >= 2 {
			if _, err := hex.Decode(letter[:], rest[:2]); err == nil {
				out = append(out, letter[0])
				i += 2
				continue
			}
		}
		if len(rest) > 0 {
			out = append(out, '=')
		}
	}
	return out
}

// decoded is a text part in UTF-8. What mails say of their character set is often wrong, so bytes that are valid UTF-8
// count as that, unless the set is one whose texts look like ASCII. An unknown set is read as Western European.
func decoded(source []byte, stated string) string {
	stated = strings.ToLower(strings.Trim(stated, " \"'"))
	found, name := charset.Lookup(stated)
	if bytes.HasPrefix(source, []byte("\xff\xfe")) || bytes.HasPrefix(source, []byte("\xfe\xff")) {
		found, name = charset.Lookup("utf-16")
	}
	shifting := strings.HasPrefix(name, "iso-2022") || strings.HasPrefix(name, "utf-16") || name == "hz-gb-2312"
	if utf8.Valid(source) && !shifting {
		return clean(string(source))
	}
	if found == nil || found == encoding.Nop || found == encoding.Replacement || name == "utf-8" {
		found = charmap.Windows1252
	}
	text, err := found.NewDecoder().Bytes(source)
	if err != nil {
		text = bytes.ToValidUTF8(source, []byte("\uFFFD"))
	}
	return clean(string(text))
}

// clean makes lines end in a line feed and takes out what does not show: control characters, zero-width characters,
// and those that turn the direction of writing.
func clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n", "\u0085", "\n").Replace(text)
	return strings.ToValidUTF8(strings.Map(func(c rune) rune {
		switch {
		case c == '\n', c == '\t', c == '\u200d': // the joiner holds emoji together
			return c
		case c == '\u00a0', c == '\u202f':
			return ' '
		case unicode.IsControl(c), hidden(c):
			return -1
		}
		return c
	}, text), "")
}

// hidden characters show nothing, or change how others show.
func hidden(c rune) bool {
	return c == '\u00ad' || c == '\ufeff' || c >= '\u200b' && c <= '\u200f' && c != '\u200d' || c >= '\u202a' && c <= '\u202e' ||
		c >= '\u2060' && c <= '\u2069' || c >= 0xe0000 && c <= 0xe007f
}

// line is a text on one line of at most so many characters.
func line(text string, longest int) string {
	text = strings.Join(strings.Fields(clean(text)), " ")
	if utf8.RuneCountInString(text) > longest {
		text = string([]rune(text)[:longest-1]) + "…"
	}
	return text
}

// shortened is a text of at most so many characters, which says when it was longer.
func shortened(text string, longest int) string {
	if len(text) <= longest || utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest]) + "\n[…]"
}

// unflowed joins the lines that a mail program broke softly (RFC 3676: a space at the end of the line).
func unflowed(text string, delete_space bool) string {
	var all strings.Builder
	open, depth := false, 0
	for _, one := range strings.Split(text, "\n") {
		bare := strings.TrimLeft(one, ">")
		quoted := len(one) - len(bare)
		bare = strings.TrimPrefix(bare, " ")
		soft := strings.HasSuffix(bare, " ") && bare != "-- "
		switch {
		case open && quoted == depth && bare != "-- ":
			all.WriteString(bare)
		default:
			if all.Len() > 0 || open {
				all.WriteByte('\n')
			}
			if quoted > 0 {
				bare = strings.Repeat(">", quoted) + " " + bare
			}
			all.WriteString(bare)
		}
		if soft && delete_space {
			kept := strings.TrimSuffix(all.String(), " ")
			all.Reset()
			all.WriteString(kept)
		}
		open, depth = soft, quoted
	}
	return all.String()
}
