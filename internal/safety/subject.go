package safety

import (
	"encoding/hex"

	"fairground/internal/media/part"
	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// ContentHash identifies the exact content that was screened. Whoever owns the content makes it, from everything that
// the public would see.
type ContentHash [32]byte

// String is the hash in hexadecimal.
func (h ContentHash) String() string { return hex.EncodeToString(h[:]) }

// Stage is where something is screened.
type Stage string

// The stages.
const (
	StageListing Stage = "listing"
	StageMessage Stage = "message"
	StagePayment Stage = "payment"
	StageAccount Stage = "account"
	StageFeed    Stage = "feed" // a listing that an import brings
)

// Stages are all of them.
func Stages() []Stage {
	return []Stage{StageListing, StageMessage, StagePayment, StageAccount, StageFeed}
}

// Subject is what is screened. All texts in it are read: title, body and the values of the attributes.
type Subject struct {
	Stage      Stage
	Object     string // the kind of record, such as "listing"
	Record     value.ID
	Hash       ContentHash `json:"-"`
	Category   string      // path of slugs, such as "vehicles/cars"
	Title      string
	Body       string
	Price      value.Money
	Attributes map[string]string
	Photos     int
	Author     Author
	Place      string      // the town as shown, folded by whoever counts
	Point      value.Point // exact; never shown and never stored here
	Images     []Image     // hashes of the photos, in order
}

// Image is what is known of one photo without looking at it.
type Image struct {
	Sha256  string   `json:"sha256"` // in hexadecimal
	PDQ     pdq.Hash `json:"pdq"`
	Quality int      `json:"quality"` // of the hash, 0 to 100; pdq.Unhashed when there is none

	// Parts find the photo again when it was cropped. No subject that is stored has them: they are as long as its text.
	Parts []part.Part `json:"-"`
}

// Author is who wrote it, as far as rules may know.
type Author struct {
	Kind     value.ActorKind
	ID       value.ID
	Age_days int // of the account
}
