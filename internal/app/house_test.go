package app_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tiers is the house plan (docs/architecture.md): a package may import what stands in a lower tier, and nothing beside
// or above it. The exceptions below say why.
var tiers = []struct {
	reason   string
	packages []string
}{
	{"plain values, no input or output", []string{"value"}},
	{"the engine room: it knows nothing of marketplaces", []string{"db", "web", "ui", "job", "mail", "media", "expr", "sheet", "push", "place"}},
	{"what every room of the product stands on", []string{"change", "audit", "site", "account", "record", "search", "safety"}},
	{"the rooms of the product; they meet through app", []string{"listing", "member", "profile", "message", "trade", "follow", "saved", "reach", "crm", "campaign", "ledger", "payment", "moderation", "notice", "rulebook", "network", "bank", "evidence", "legal", "appeal", "standing", "automation", "transfer"}},
	{"what people and machines see of the rooms", []string{"market", "posting", "theme", "console", "office", "api", "provider", "demo", "backup"}},
	{"wiring", []string{"app"}},
}

// beside lists the imports within a tier, with the reason for each.
var beside = map[[2]string]string{
	{"job", "db"}:        "the queue's rows are written in the writer's transaction",
	{"mail", "db"}:       "so are mails that wait to be sent",
	{"push", "web"}:      "the guard of requests to addresses that strangers name",
	{"mail", "job"}:      "sending a mail is a job",
	{"audit", "change"}:  "the sealer reads the change log",
	{"search", "change"}: "the index follows the change log",
	{"record", "change"}: "a record's history is read from the change log",
	{"account", "site"}:  "accounts belong to the site of the request",
}

func tierOf(name string) int {
	for i, tier := range tiers {
		if slices.Contains(tier.packages, name) {
			return i
		}
	}
	return -1
}

func TestDependenciesPointDownTheTiers(t *testing.T) {
	t.Parallel()
	used := make(map[[2]string]bool)
	eachFile(t, "*.go", func(path, _ string) {
		if strings.HasSuffix(path, "_test.go") || strings.Contains(path, "dbtest") || strings.Contains(path, "apptest") || strings.Contains(path, "searchtest") || strings.Contains(path, "sitetest") {
			return
		}
		from := roomOf(path)
		tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		if tierOf(from) < 0 {
			t.Errorf("%s: the package %q has no place in the house plan", path, from)
		}
		for _, spec := range tree.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			rest, ours := strings.CutPrefix(imported, "fairground/internal/")
			if !ours {
				continue
			}
			to, _, _ := strings.Cut(rest, "/")
			pair := [2]string{from, to}
			used[pair] = true
			if from != to && tierOf(to) >= tierOf(from) && beside[pair] == "" {
				t.Errorf("%s imports %s, which is not below it; declare an interface and let app fulfil it", path, imported)
			}
		}
	})
	for pair, reason := range beside {
		if reason != "" && !used[pair] {
			t.Errorf("the exception %s → %s is not needed any more; take it out", pair[0], pair[1])
		}
	}
}

var createTable = regexp.MustCompile(`(?im)^create (?:virtual )?table (?:if not exists )?([a-z_]+)`)

func TestOnlyItsOwnerNamesATable(t *testing.T) {
	t.Parallel()
	owners := make(map[string]string)
	eachFile(t, "*.sql", func(path, text string) {
		for _, match := range createTable.FindAllStringSubmatch(text, -1) {
			if owner := owners[match[1]]; owner != "" && owner != roomOf(path) {
				t.Errorf("both %s and %s own the table %s", owner, roomOf(path), match[1])
			}
			owners[match[1]] = roomOf(path)
		}
	})
	if len(owners) < 10 {
		t.Fatalf("found only %d tables", len(owners))
	}
	eachFile(t, "*.go", func(path, text string) {
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") || strings.Contains(path, "dbtest") || strings.Contains(path, "sitetest") {
			return
		}
		for _, match := range regexp.MustCompile(`(?i)\b(?:from|into|update|join|references)\s+([a-z_]+)\b`).FindAllStringSubmatch(sqlIn(path), -1) {
			if owner := owners[match[1]]; owner != "" && owner != roomOf(path) {
				t.Errorf("%s names the table %s of %s", path, match[1], owner)
			}
		}
	})
}

// sqlIn returns the string literals of a file that look like SQL.
func sqlIn(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	var all []string
	for _, literal := range regexp.MustCompile("(?s)`[^`]*`|\"[^\"\n]*\"").FindAllString(string(text), -1) {
		if regexp.MustCompile(`(?i)\b(select|insert into|update|delete from)\b`).MatchString(literal) {
			all = append(all, literal)
		}
	}
	return strings.Join(all, "\n")
}

func TestEveryPackageHasAComment(t *testing.T) {
	t.Parallel()
	rooms, err := filepath.Glob("../*")
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range rooms {
		files, _ := filepath.Glob(filepath.Join(room, "*.go"))
		if len(files) == 0 {
			continue
		}
		text, err := os.ReadFile(filepath.Join(room, "doc.go"))
		if err != nil || !strings.HasPrefix(string(text), "// Package ") {
			t.Errorf("%s has no doc.go that begins with a package comment", room)
		}
	}
}

// Goroutines start where their end is watched over: in job and web. safety starts one for a plug-in signal, because one
// that ignores its deadline must not stop the gate.
func TestGoroutinesStartInJobAndWebOnly(t *testing.T) {
	t.Parallel()
	eachFile(t, "*.go", func(path, text string) {
		room := roomOf(path)
		if room == "job" || room == "web" || strings.HasSuffix(path, "safety/signal.go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "dbtest") {
			return
		}
		if regexp.MustCompile(`(?m)^\s*go (func|[a-z])`).MatchString(text) {
			t.Errorf("%s starts a goroutine; use job.Group, or errgroup and wait for it", path)
		}
	})
}

func eachFile(t *testing.T, pattern string, visit func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if matched, _ := filepath.Match(pattern, entry.Name()); !matched {
			return nil
		}
		text, err := os.ReadFile(path)
		visit(path, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// roomOf is the package folder right below internal.
func roomOf(path string) string {
	parts := strings.Split(filepath.ToSlash(path), "/")
	return parts[1]
}
