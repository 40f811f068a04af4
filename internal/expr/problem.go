package expr

import (
	"fmt"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"
)

// Problem is one mistake in a text. Line and Column count from 1; a column counts characters, not bytes.
type Problem struct {
	Line       int
	Column     int
	Message    string
	Suggestion string // the name that was probably meant, or ""
}

// String is the whole sentence for the person.
func (p Problem) String() string {
	text := fmt.Sprintf("line %d, column %d: %s", p.Line, p.Column, p.Message)
	if p.Suggestion != "" {
		text += fmt.Sprintf("; did you mean %q?", p.Suggestion)
	}
	return text
}

func (e *Environment) explainIssues(text string, issues *cel.Issues) []Problem {
	return explainIssues(text, issues, func(string) []string { return e.names })
}

var (
	undeclared = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	undefined  = regexp.MustCompile(`^undefined field '([^']*)'`)
)

// explainIssues turns what the checker says into problems. known gives the names that exist where an unknown one stands.
func explainIssues(text string, issues *cel.Issues, known func(name string) []string) []Problem {
	var problems []Problem
	for _, issue := range issues.Errors() {
		p := Problem{Line: max(issue.Location.Line(), 1), Column: max(issue.Location.Column()+1, 1), Message: issue.Message}
		if strings.Contains(issue.Message, "recursion") {
			p.Message = "this condition is nested too deeply"
		}
		found := undeclared.FindStringSubmatch(issue.Message)
		if found == nil {
			found = undefined.FindStringSubmatch(issue.Message)
		}
		if found != nil {
			var name string
			name, p.Column = fullName(text, p, found[1])
			p.Message = fmt.Sprintf("there is no %q here", name)
			p.Suggestion = nearest(name, known(name))
		}
		p.Message = strings.TrimSuffix(p.Message, " (in container '')")
		problems = append(problems, p)
	}
	return problems
}

// fullName reads the dotted name around an unknown word and the column where it begins. The checker reports only "terms",
// and the place of the dot, when "terms.wepon" is unknown, and would leave the writer in the dark.
func fullName(text string, p Problem, name string) (string, int) {
	lines := strings.Split(text, "\n")
	if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len([]rune(lines[p.Line-1])) {
		return name, p.Column
	}
	line := []rune(lines[p.Line-1])
	from, to := p.Column-1, p.Column-1
	for from > 0 && inName(line[from-1]) {
		from--
	}
	for to < len(line) && inName(line[to]) {
		to++
	}
	if whole := string(line[from:to]); strings.HasPrefix(whole, name) || strings.HasSuffix(whole, "."+name) {
		return strings.TrimRight(whole, "."), from + 1
	}
	return name, p.Column
}

func inName(r rune) bool {
	return r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// nearest returns the declared name with the fewest changed letters, if few enough to be a slip.
func nearest(name string, known []string) string {
	const longest = 200
	best, least := "", max(2, len(name)/3)+1
	if len(name) > longest {
		return ""
	}
	for _, candidate := range known {
		if d := distance(name, candidate); d > 0 && d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with a neighbour to turn a into b.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
