package copies

import (
	"fmt"
	"time"

	"fairground/internal/media/part"
	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// Doc is one listing, or another text with what belongs to it. Everything but ID may be empty.
type Doc struct {
	ID      value.ID
	Text    string
	Account value.ID
	Phones  []string // beside those in the text, in any form
	Mails   []string // the same
	Images  []pdq.Hash
	Parts   [][]part.Part // of photos, by which cropped ones are found; in any order and number
	Place   string
	At      time.Time // when it was offered
	Since   time.Time // when the account was made; zero: not known
}

// Stage is the way in which a tie between two documents was found.
type Stage string

// The stages in the order in which they are asked.
const (
	StageText   Stage = "A" // nearly the same letters
	StagePhrase Stage = "B" // rare phrases in common
	StagePhoto  Stage = "C" // the same photo
	StageEntity Stage = "D" // a telephone, mail address, handle, link or account in common
)

// Edge ties two documents. Reason is "text", "phrases", "photo", "phone", "mail", "handle", "link" or "account"; Shared
// is what they have in common: the number, the address, the distance in bits of the photos, "cropped" if only parts of them
// are the same, or the share of the text.
type Edge struct {
	A, B   value.ID
	Stage  Stage
	Reason string
	Shared string
	Weight float64 // 0 to 1
}

// Match is what became of a document. Cluster is zero, and Size one, when it stands alone.
type Match struct {
	Cluster value.ID
	Size    int    // with the document itself
	Edges   []Edge // of the document; A is always its own id
	Merged  []Event
}

// Event tells that the members of the cluster Old, or some of them, now have the id New. Split says that only some of them
// have, and that Old lives on. A cluster whose last members go away sends no event.
type Event struct {
	Old, New value.ID
	Split    bool
}

func (e Event) String() string {
	if e.Split {
		return fmt.Sprintf("part of %s is now %s", e.Old, e.New)
	}
	return fmt.Sprintf("%s is now %s", e.Old, e.New)
}

// Summary is what a gate asks of a cluster. Index.Summary tells it in a time that hardly grows with the cluster.
type Summary struct {
	ID       value.ID
	Size     int // members
	Accounts int // how many different ones its members have
	Phones   int
	Places   int
	Coverage float64 // about how much of its members' texts the template covers, 0 to 1
	Score    float64 // how organised it looks, 0 to 1
	Activity Activity
	First    time.Time // when the first was offered
	Last     time.Time
}

// Cluster is a set of documents tied to each other.
type Cluster struct {
	Summary
	Members []Member // in the order of joining
	Edges   []Edge
}

// Member is one document of a cluster.
type Member struct {
	ID, Account value.ID
	Place       string
	At          time.Time
	Phones      []string
}

// Activity is what the score is made of; each part runs from 0 to 1 and Score says how they weigh.
type Activity struct {
	Accounts float64 // several of them
	Shared   float64 // accounts that have a telephone, mail address, handle or photo in common with another
	Copied   float64 // accounts that have text in common with another, less where their template covers little
	Places   float64 // several of them
	Velocity float64 // listings in the busiest day
	New      float64 // accounts that were less than a week old when they first offered
}

// Options set up an Index. The zero value is good for a site of any size.
type Options struct {
	Regions []string    // ISO 3166 codes of countries whose national telephone numbers are recognised; nil: see New
	Ignore  []string    // telephone numbers, mail addresses, links and handles that tie nobody, such as the site's own
	Most    int         // members of one cluster; 0: 5,000
	Event   func(Event) // told of merges and splits, after the call that made them has let go of the index
}
