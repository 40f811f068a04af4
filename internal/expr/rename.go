package expr

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
)

// Rename returns the text with a field of an object under its new name and all else as it was written. The text is not
// checked again: compile it in the scope that has the new name.
func (c *Condition) Rename(object, old, new string) string {
	text := []rune(c.text)
	var at []int
	for _, u := range c.uses.fields {
		if u.FieldUse == (FieldUse{object, old}) {
			if start, ok := c.nameAt(text, u, old); ok && !slices.Contains(at, start) {
				at = append(at, start)
			}
		}
	}
	slices.Sort(at)
	variable := map[int]bool{}
	for _, u := range c.uses.fields {
		if start, ok := c.nameAt(text, u, old); ok && u.variable {
			variable[start] = true
		}
	}
	var b strings.Builder
	from := 0
	for _, start := range at {
		b.WriteString(string(text[from:start]))
		// A variable of a macro that has the new name by chance would take its place; the dot reaches past it.
		if variable[start] && c.uses.locals[new] && !(start > 0 && text[start-1] == '.') {
			b.WriteByte('.')
		}
		b.WriteString(new)
		from = start + len([]rune(old))
	}
	return b.String() + string(text[from:])
}

// nameAt is where a field is named. The parser remembers where a variable begins, and for a path where its dot is.
func (c *Condition) nameAt(text []rune, u use, name string) (int, bool) {
	id := u.id
	if call, ok := c.tree.SourceInfo().GetMacroCall(id); ok { // has(a.b) is a path of its own only as it was written
		if args := call.AsCall().Args(); len(args) == 1 && args[0].Kind() == ast.SelectKind {
			id = args[0].ID()
		}
	}
	offsets, ok := c.tree.SourceInfo().GetOffsetRange(id)
	if !ok {
		return 0, false
	}
	at := int(offsets.Start)
	for at < len(text) && strings.ContainsRune(". \t\n\r\f/", text[at]) {
		if text[at] == '/' { // a comment, up to the end of the line
			for at < len(text) && text[at] != '\n' {
				at++
			}
			continue
		}
		at++
	}
	return at, strings.HasPrefix(string(text[min(at, len(text)):]), name)
}
