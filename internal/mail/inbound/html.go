package inbound

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const deepestQuote = 20

// htmlText is what a person sees of an HTML mail, as plain text. Quotations get ">", so that Trim knows them. It reads
// the tokens in one pass and builds no tree, so depth costs nothing.
func htmlText(source string) string {
	if text := shown(source, false); text != "" {
		return text
	}
	return shown(source, true) // all of it was hidden, or the element that hides has no end
}

func shown(source string, hidden_too bool) string {
	p := &page{all: hidden_too}
	z := html.NewTokenizer(strings.NewReader(source))
	z.SetMaxBuf(1 << 20)
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return p.finish()
		}
		p.token(z, kind)
	}
}

// page is the text so far.
type page struct {
	out    bytes.Buffer
	row    strings.Builder // the line being written
	blanks int             // empty lines before it
	quotes int
	all    bool // hidden elements count, too
	pre    int
	hidden atom.Atom // the element within which nothing shows
	within int       // how many of its name are open
	href   string    // of the link being read
	label  strings.Builder
}

func (p *page) token(z *html.Tokenizer, kind html.TokenType) {
	if kind == html.TextToken {
		if p.hidden == 0 {
			p.text(clean(string(z.Text())))
		}
		return
	}
	if kind != html.StartTagToken && kind != html.EndTagToken && kind != html.SelfClosingTagToken {
		return
	}
	name, more := z.TagName()
	tag := atom.Lookup(name)
	if p.hidden != 0 {
		p.skip(tag, kind)
		return
	}
	if kind == html.EndTagToken {
		p.end(tag)
		return
	}
	p.start(tag, attributes(z, more), kind == html.SelfClosingTagToken)
}

// skip counts until the hidden element ends.
func (p *page) skip(tag atom.Atom, kind html.TokenType) {
	if tag != p.hidden {
		return
	}
	if kind == html.StartTagToken {
		p.within++
	}
	if kind == html.EndTagToken {
		if p.within--; p.within == 0 {
			p.hidden = 0
		}
	}
}

func attributes(z *html.Tokenizer, more bool) map[string]string {
	all := make(map[string]string)
	for n := 0; more && n < 50; n++ {
		var key, val []byte
		key, val, more = z.TagAttr()
		all[string(key)] = string(val)
	}
	return all
}

func (p *page) start(tag atom.Atom, attrs map[string]string, closed bool) {
	switch tag {
	case atom.Script, atom.Style, atom.Title, atom.Template, atom.Noscript, atom.Svg, atom.Object:
		if !closed {
			p.hidden, p.within = tag, 1
		}
		return
	case atom.Br:
		p.newline(0)
		return
	case atom.Hr:
		p.newline(0)
		p.row.WriteString(strings.Repeat("_", 32))
		p.newline(0)
		return
	case atom.Img:
		return
	}
	if !p.all && invisible(attrs["style"]) && !closed && !void(tag) {
		p.hidden, p.within = tag, 1
		return
	}
	p.block(tag, true)
	if tag == atom.A {
		p.href = attrs["href"]
		p.label.Reset()
	}
}

func invisible(style string) bool {
	style = strings.ToLower(strings.Join(strings.Fields(style), ""))
	return strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden")
}

func void(tag atom.Atom) bool {
	switch tag {
	case atom.Input, atom.Meta, atom.Link, atom.Area, atom.Col, atom.Wbr, atom.Base:
		return true
	}
	return false
}

// end writes where a link leads when its words do not say so: a person must see what a mail wants them to open.
func (p *page) end(tag atom.Atom) {
	if tag == atom.A {
		bare := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(p.href, "https://"), "http://"), "/")
		if strings.HasPrefix(p.href, "http") && bare != "" && !strings.Contains(p.label.String(), bare) {
			p.row.WriteString(" <" + line(p.href, 500) + ">")
		}
		p.href = ""
		return
	}
	p.block(tag, false)
}

// block begins or ends an element that stands on lines of its own.
func (p *page) block(tag atom.Atom, begins bool) {
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table:
		p.newline(1)
	case atom.Div, atom.Tr, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Address, atom.Dl, atom.Dt, atom.Dd, atom.Center:
		p.newline(0)
	case atom.Td, atom.Th:
		if begins && p.row.Len() > 0 {
			p.row.WriteByte(' ')
		}
	case atom.Li:
		p.newline(0)
		if begins {
			p.row.WriteString("- ")
		}
	case atom.Pre:
		p.newline(0)
		p.pre = max(0, p.pre+sign(begins))
	case atom.Blockquote:
		p.newline(0)
		p.quotes = max(0, p.quotes+sign(begins))
	}
}

func sign(begins bool) int {
	if begins {
		return 1
	}
	return -1
}

// text adds words; spaces count once, and line feeds only within pre.
func (p *page) text(words string) {
	if p.href != "" {
		p.label.WriteString(words)
	}
	if p.pre > 0 {
		for i, one := range strings.Split(words, "\n") {
			if i > 0 {
				p.newline(0)
			}
			p.row.WriteString(one)
		}
		return
	}
	fields := strings.Fields(words)
	if len(fields) == 0 || strings.ContainsAny(words[:1], " \n\t") {
		p.space()
	}
	p.row.WriteString(strings.Join(fields, " "))
	if len(fields) > 0 && strings.ContainsAny(words[len(words)-1:], " \n\t") {
		p.row.WriteByte(' ')
	}
}

func (p *page) space() {
	if p.row.Len() > 0 && !strings.HasSuffix(p.row.String(), " ") {
		p.row.WriteByte(' ')
	}
}

// newline ends the line, and leaves empty ones below it.
func (p *page) newline(blanks int) {
	words := strings.TrimRight(p.row.String(), " ")
	p.row.Reset()
	if words != "" {
		if p.out.Len() > 0 {
			p.out.WriteString(strings.Repeat("\n", 1+p.blanks))
		}
		if p.quotes > 0 {
			p.out.WriteString(strings.Repeat(">", min(p.quotes, deepestQuote)) + " ")
		}
		p.out.WriteString(words)
		p.blanks = 0
	}
	p.blanks = max(p.blanks, blanks)
}

func (p *page) finish() string {
	p.newline(0)
	return p.out.String()
}
