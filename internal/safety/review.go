package safety

import "fairground/internal/value"

// Review is the recorded decision of a member of staff that exactly this content of this record may be public, with a
// reason. It is read from or written to the database and cannot be made otherwise; the zero Review covers nothing.
type Review struct {
	id     value.ID
	object string
	record value.ID
	hash   ContentHash
	actor  string
	reason string
}

// ID is the key of the review's row.
func (r Review) ID() value.ID { return r.id }

// Reason is what the person wrote.
func (r Review) Reason() string { return r.reason }

// Actor is who decided, in the form of the change log.
func (r Review) Actor() string { return r.actor }

func (r Review) covers(o *Outcome) bool {
	return r.id != 0 && r.object == o.Object && r.record == o.Record && r.hash == o.Hash
}
