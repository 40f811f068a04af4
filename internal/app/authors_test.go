package app_test

import (
	"strings"
	"testing"

	"fairground/internal/ui/text"
)

// bookkeepers may change rows without an author (db.Maintain, Tx.Keep), each for the reason given. Everything else that changes
// has an author and an entry in the change log (promise 4).
var bookkeepers = map[string]string{
	"account":    "failed attempts and the last sight of a session are counted, whoever comes",
	"api":        "a token's last use, answers kept for a day and deliveries have no author",
	"app":        "what was seen long ago is forgotten",
	"audit":      "what a witness has told already",
	"automation": "the run log is forgotten after a while",
	"backup":     "rows are put back as they were, with the log that tells their authors",
	"bank":       "how far a list or a sweep has come",
	"change":     "entries get their numbers, readers their cursors",
	"db":         "migrations change tables before there is a log",
	"evidence":   "what ran out long ago is forgotten",
	"follow":     "a price is looked at again later",
	"job":        "leases of jobs, and jobs that are done",
	"legal":      "duties get the number of the entry that began them",
	"listing":    "a draft is kept every few seconds, and is nobody's business but its author's",
	"mail":       "mails that were sent long ago are forgotten",
	"member":     "what somebody has seen, and how far an export is",
	"message":    "what somebody has read, and words kept until they have signed in",
	"reach":      "views are counted, whoever looks",
	"record":     "background work computes what follows from changes that have an author",
	"rulebook":   "how far a back-test has come",
	"saved":      "what was deleted or found long ago is forgotten, and what somebody has looked at",
	"search":     "the index follows the change log and can be made anew from it",
}

func TestOnlyBookkeepersWriteWithoutAnAuthor(t *testing.T) {
	t.Parallel()
	used := make(map[string]bool)
	eachFile(t, "*.go", func(path, text string) {
		if strings.HasSuffix(path, "_test.go") || !strings.Contains(text, ".Maintain(") && !strings.Contains(text, ".Keep(\"") {
			return
		}
		room := roomOf(path)
		if used[room] = true; bookkeepers[room] == "" {
			t.Errorf("%s writes without an author; use db.Write, or say in bookkeepers why it may", path)
		}
	})
	for room := range bookkeepers {
		if !used[room] {
			t.Errorf("%s does not write without an author any more; take it off the list", room)
		}
	}
}

func TestEveryTextIsThereInEveryLanguage(t *testing.T) {
	t.Parallel()
	problems, err := text.Check("..", "en", "de")
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}
