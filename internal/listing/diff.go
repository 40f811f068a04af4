package listing

import (
	"fmt"
	"maps"
	"time"

	"fairground/internal/db"
)

// pair is an old and a new value in the change log; the old one is null for something new.
type pair [2]any

// logChange adds to the change log what differs between two states of a listing. The zero Listing is the state before
// it existed. Notes add facts that are not fields, such as the reason of a decision.
func logChange(tx *db.Tx, before, after Listing, notes map[string]any) {
	diff := make(map[string]any)
	old := before.fields()
	for name, now := range after.fields() {
		if was := old[name]; before.ID == 0 && now != "" {
			diff[name] = pair{nil, now}
		} else if before.ID != 0 && was != now {
			diff[name] = pair{was, now}
		}
		delete(old, name)
	}
	for name, was := range old { // attributes that it has no longer
		diff[name] = pair{was, nil}
	}
	maps.Copy(diff, notes)
	tx.Log(db.Change{Object: Object, Record: after.ID, Diff: diff})
}

// fields are the parts of a listing that people want to see in its history, as comparable values.
func (l Listing) fields() map[string]any {
	fields := map[string]any{
		"status": string(l.Status), "kind": string(l.Kind), "category": l.Category, "title": l.Title, "body": l.Body,
		"price": "", "place": l.Place.Name, "locale": string(l.Locale), "photos": "", "clearance": "",
		"seller": "", "source": l.Source, "near": "", "reserved": "", "opens": "", "repeats": "", "restricted": "",
	}
	if !l.Reserved.IsZero() {
		fields["reserved"] = l.Reserved.Format(time.RFC3339)
	}
	if !l.Opens.IsZero() {
		fields["opens"] = l.Opens.Format(time.RFC3339)
	}
	if !l.Restricted.IsZero() {
		fields["restricted"] = l.Restricted.Since.Format(time.RFC3339)
	}
	if l.RelistedOf != 0 {
		fields["repeats"] = l.RelistedOf.Text(ShortID)
	}
	if near := l.Place.Coarse(); !near.IsZero() { // the exact place is nobody's business in a history
		fields["near"] = fmt.Sprintf("%.3f, %.3f", near.Lat, near.Lon)
	}
	if l.HasPrice() {
		fields["price"] = l.Price.Currency + " " + l.Price.Decimal()
	}
	if l.clearance != 0 {
		fields["clearance"] = l.clearance.String()
	}
	if l.Seller.ID != 0 {
		fields["seller"] = l.Seller.ID.String()
	}
	if len(l.Photos) > 0 {
		fields["photos"] = toJSON(l.Photos)
	}
	for slug, text := range l.Attributes {
		fields["attributes."+slug] = text
	}
	return fields
}
