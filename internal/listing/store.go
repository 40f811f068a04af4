package listing

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's tables. They refer to clearances, so safety's come first.
func Schema() db.Schema { return db.Schema{Feature: "listing", Files: files} }

const listingColumns = `l.id, l.source, coalesce(l.external, ''), l.category, l.kind, l.locale, l.title, l.body,
	l.price_minor, coalesce(l.currency, ''), l.place, l.lat, l.lon, l.attributes, l.photos, l.content_hash, l.status,
	coalesce(l.clearance, 0), l.clearance_seal, l.watched, l.refused, l.rev, l.created_us, l.updated_us, l.published_us, l.expires_us,
	l.reserved_us, l.opens_us, l.warned_us, l.ended_by, l.reason, coalesce(l.relisted_of, 0), coalesce(l.fingerprint, 0),
	l.restricted_us, l.restriction, s.id, s.kind, s.name, s.town, s.since_us, s.verified_us`

const listingTables = "listing l join seller s on s.id = l.seller"

func scanListing(row db.Scanner) (Listing, error) {
	var l Listing
	var price, published_us, expires_us, verified_us, reserved_us, opens_us, warned_us, restricted_us *int64
	var lat, lon *float64
	var attributes, photos string
	var hash []byte
	var created_us, updated_us, since_us int64
	err := row.Scan(&l.ID, &l.Source, &l.External, &l.Category, &l.Kind, &l.Locale, &l.Title, &l.Body,
		&price, &l.Price.Currency, &l.Place.Name, &lat, &lon, &attributes, &photos, &hash, &l.Status,
		&l.clearance, &l.seal, &l.watched, &l.refused, &l.Rev, &created_us, &updated_us, &published_us, &expires_us,
		&reserved_us, &opens_us, &warned_us, &l.EndedBy, &l.Reason, &l.RelistedOf, &l.fingerprint,
		&restricted_us, &l.Restricted.Reason,
		&l.Seller.ID, &l.Seller.Kind, &l.Seller.Name, &l.Seller.Town, &since_us, &verified_us)
	if err != nil {
		return Listing{}, err
	}
	if price != nil {
		l.Price.Minor = *price
	}
	if lat != nil && lon != nil {
		l.Place.Point = value.Point{Lat: *lat, Lon: *lon}
	}
	copy(l.hash[:], hash)
	l.Created, l.Updated, l.Seller.Since = value.FromMicros(created_us), value.FromMicros(updated_us), value.FromMicros(since_us)
	l.Published, l.Expires, l.Seller.Verified = db.TimeOf(published_us), db.TimeOf(expires_us), db.TimeOf(verified_us)
	l.Reserved, l.Opens, l.warned = db.TimeOf(reserved_us), db.TimeOf(opens_us), db.TimeOf(warned_us)
	l.Restricted.Since = db.TimeOf(restricted_us)
	if err := json.Unmarshal([]byte(attributes), &l.Attributes); err != nil {
		return Listing{}, fmt.Errorf("attributes of listing %d: %w", l.ID, err)
	}
	if photos != "[]" {
		if err := json.Unmarshal([]byte(photos), &l.Photos); err != nil {
			return Listing{}, fmt.Errorf("photos of listing %d: %w", l.ID, err)
		}
	}
	return l, nil
}

var insertColumns = []string{"id", "source", "external", "seller", "category", "kind", "locale", "title", "body",
	"price_minor", "currency", "place", "lat", "lon", "attributes", "photos", "content_hash", "status",
	"clearance", "clearance_seal", "watched", "refused", "published_us", "expires_us", "reserved_us", "opens_us", "warned_us",
	"ended_by", "reason", "relisted_of", "fingerprint", "restricted_us", "restriction", "rev", "created_us", "updated_us"}

// insertListings adds rows; their clearances must be there already.
func insertListings(tx *db.Tx, listings []Listing) error {
	rows := make([][]any, len(listings))
	for i, l := range listings {
		rows[i] = append([]any{int64(l.ID), l.Source, db.OrNull(l.External), int64(l.Seller.ID)}, l.contentValues()...)
		rows[i] = append(rows[i], l.stateValues()...)
		rows[i] = append(rows[i], l.Rev, value.Micros(l.Created), value.Micros(l.Updated))
	}
	if err := tx.Insert("listing", insertColumns, rows); err != nil {
		return err
	}
	return insertPhotos(tx, listings)
}

func insertPhotos(tx *db.Tx, listings []Listing) error {
	var rows [][]any
	for _, l := range listings {
		seen := make(map[string]bool, len(l.Photos))
		for _, photo := range l.Photos {
			if !seen[photo.Sha256] {
				rows = append(rows, []any{photo.Sha256, int64(l.ID)})
			}
			seen[photo.Sha256] = true
		}
	}
	return tx.Insert("listing_photo", []string{"sha256", "listing"}, rows)
}

// PhotoShown reports whether a listing that can be seen now shows a photo, so that anybody may see it.
func PhotoShown(tx *db.Tx, gate *safety.Gate, sha256 string) (bool, error) {
	shown := errors.New("shown")
	err := db.Each(tx, func(row db.Scanner) error {
		l, err := scanListing(row)
		if err == nil && l.shows(sha256) && l.Reachable(gate, tx.Now()) {
			return shown
		}
		return err
	}, "select "+listingColumns+" from "+listingTables+` join listing_photo p on p.listing = l.id
		where p.sha256 = $1 and l.status = 'live'`, sha256)
	if errors.Is(err, shown) {
		return true, nil
	}
	return false, err
}

// PhotoHeld reports whether a photo is of listings or drafts of which none is, or was sold, on the market: staff see it only
// while they look at it.
func PhotoHeld(tx *db.Tx, sha256 string) (bool, error) {
	var all, open int
	err := tx.Row(`
		select count(*), coalesce(sum(case when l.status in ('live', 'sold') then 1 else 0 end), 0)
		from listing_photo p join listing l on l.id = p.listing
		where p.sha256 = $1`, sha256).Scan(&all, &open)
	if err != nil || all > 0 {
		return open == 0, err
	}
	return db.One(tx, db.Column[bool], "select exists (select 1 from listing_draft_photo where sha256 = $1)", sha256)
}

func (l Listing) shows(sha256 string) bool {
	return slices.ContainsFunc(l.Photos, func(p Photo) bool { return p.Sha256 == sha256 })
}

// updateListing stores content and state when the row still has the revision the listing was read with.
func updateListing(tx *db.Tx, l Listing) error {
	args := append(l.contentValues(), l.stateValues()...)
	args = append(args, value.Micros(tx.Now()), int64(l.ID), l.Rev)
	n, err := tx.Exec(`
		update listing set
			category = $1, kind = $2, locale = $3, title = $4, body = $5, price_minor = $6, currency = $7, place = $8,
			lat = $9, lon = $10, attributes = $11, photos = $12, content_hash = $13, status = $14,
			clearance = $15, clearance_seal = $16, watched = $17, refused = $18,
			published_us = $19, expires_us = $20, reserved_us = $21, opens_us = $22, warned_us = $23, ended_by = $24,
			reason = $25, relisted_of = $26, fingerprint = $27, restricted_us = $28, restriction = $29, rev = rev + 1, updated_us = $30
		where id = $31 and rev = $32`, args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return value.Errorf(value.Conflict, "somebody else changed this listing meanwhile; look at it again")
	}
	if _, err := tx.Exec("delete from listing_photo where listing = $1", int64(l.ID)); err != nil {
		return err
	}
	return insertPhotos(tx, []Listing{l})
}

func (l Listing) contentValues() []any {
	attributes, photos := "{}", "[]"
	if len(l.Attributes) > 0 {
		attributes = toJSON(l.Attributes)
	}
	if len(l.Photos) > 0 {
		photos = toJSON(l.Photos)
	}
	var price, lat, lon any
	if l.HasPrice() {
		price = l.Price.Minor
	}
	if !l.Place.Point.IsZero() {
		lat, lon = l.Place.Point.Lat, l.Place.Point.Lon
	}
	return []any{int64(l.Category), string(l.Kind), string(l.Locale), l.Title, l.Body, price, l.Price.Currency,
		l.Place.Name, lat, lon, attributes, photos, l.hash[:]}
}

func (l Listing) stateValues() []any {
	var clearance, seal any
	if l.clearance != 0 {
		clearance, seal = int64(l.clearance), l.seal
	}
	var relisted, fingerprint any
	if l.fingerprint != 0 {
		fingerprint = l.fingerprint
	}
	if l.RelistedOf != 0 {
		relisted = int64(l.RelistedOf)
	}
	return []any{string(l.Status), clearance, seal, l.watched, l.refused, db.TimeOrNull(l.Published), db.TimeOrNull(l.Expires),
		db.TimeOrNull(l.Reserved), db.TimeOrNull(l.Opens), db.TimeOrNull(l.warned), string(l.EndedBy), l.Reason, relisted, fingerprint,
		db.TimeOrNull(l.Restricted.Since), l.Restricted.Reason}
}

// Find returns a listing whatever its status, or an error of kind NotFound. Whoever shows it to the public asks
// Visible first.
func Find(tx *db.Tx, id value.ID) (Listing, error) {
	l, err := db.One(tx, scanListing, "select "+listingColumns+" from "+listingTables+" where l.id = $1", int64(id))
	if value.KindOf(err) == value.NotFound {
		return Listing{}, value.Errorf(value.NotFound, "there is no such listing")
	}
	return l, err
}

// FindMany returns those of the listings that exist, in no particular order.
func FindMany(tx *db.Tx, ids []value.ID) ([]Listing, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args := db.List(1, ids)
	return db.All(tx, scanListing, "select "+listingColumns+" from "+listingTables+" where l.id in ("+marks+")", args...)
}

// After returns listings in whatever state by their id, upwards, to read all of them in portions.
func After(tx *db.Tx, after value.ID, limit int) ([]Listing, error) {
	return db.All(tx, scanListing, "select "+listingColumns+" from "+listingTables+" where l.id > $1 order by l.id limit $2", int64(after), limit)
}

// Filter narrows a list for staff. Zero fields do not narrow.
type Filter struct {
	Status   Status
	Category []value.ID // any of these
	Seller   value.ID
	Words    string   // all in the title, whatever the case
	Listed   bool     // without what is restricted
	Before   value.ID // older than this one; for the next page
	Limit    int      // 0 means 50; never more than 500
}

// List returns listings for staff, newest first.
func List(tx *db.Tx, f Filter) ([]Listing, error) {
	where, args := f.where()
	if f.Limit <= 0 {
		f.Limit = 50
	}
	args = append(args, min(f.Limit, 500))
	return db.All(tx, scanListing, "select "+listingColumns+" from "+listingTables+where+
		fmt.Sprintf(" order by l.id desc limit $%d", len(args)), args...)
}

// Count returns how many listings a filter leaves, counting no further than a limit.
func Count(tx *db.Tx, f Filter, limit int) (int, error) {
	f.Before = 0
	where, args := f.where()
	args = append(args, limit)
	return db.One(tx, db.Column[int], "select count(*) from (select 1 from listing l"+where+
		fmt.Sprintf(" limit $%d) as counted", len(args)), args...)
}

func (f Filter) where() (string, []any) {
	var clauses []string
	var args []any
	add := func(clause string, arg any) {
		args = append(args, arg)
		clauses = append(clauses, fmt.Sprintf(clause, len(args)))
	}
	if f.Status != "" {
		add("l.status = $%d", string(f.Status))
	}
	if f.Seller != 0 {
		add("l.seller = $%d", int64(f.Seller))
	}
	if f.Before != 0 {
		add("l.id < $%d", int64(f.Before))
	}
	if f.Listed {
		clauses = append(clauses, "l.restricted_us is null")
	}
	for _, word := range searched(f.Words) {
		var either []string
		for _, written := range cases(word) {
			args = append(args, "%"+likeEscape.Replace(written)+"%")
			either = append(either, fmt.Sprintf(`lower(l.title) like $%d escape '\'`, len(args)))
		}
		clauses = append(clauses, "("+strings.Join(either, " or ")+")")
	}
	if len(f.Category) > 0 {
		marks, ids := db.List(len(args)+1, f.Category)
		clauses, args = append(clauses, "l.category in ("+marks+")"), append(args, ids...)
	}
	if len(clauses) == 0 {
		return "", nil
	}
	return " where " + strings.Join(clauses, " and "), args
}

const mostWords = 10 // of a search by staff

func searched(words string) []string {
	all := strings.Fields(tidyLine(strings.ToValidUTF8(words, "")))
	return all[:min(len(all), mostWords)]
}

// cases lists the ways a word may be written. SQLite's lower() knows ASCII only, so "Évian" stays as it is there.
func cases(word string) []string {
	lower := strings.ToLower(word)
	first, size := utf8.DecodeRuneInString(lower)
	all := []string{lower, string(unicode.ToTitle(first)) + lower[size:], strings.ToUpper(word)}
	if strings.IndexFunc(word, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		all = all[:1]
	}
	return all
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// FindPlace returns the middle of the live listings in a place of that name, whatever the case, or an error of kind
// NotFound on the field "place". The point is as coarse as the listings' own.
func FindPlace(tx *db.Tx, name string) (Place, error) {
	var p Place
	written := cases(tidyLine(strings.ToValidUTF8(name, "")))
	args := []any{written[0], written[len(written)-1], written[len(written)/2]}
	err := tx.Row(`
		select min(place), avg(lat), avg(lon)
		from (
			select place, lat, lon from listing
			where lower(place) in (lower($1), lower($2), lower($3)) and status = 'live' and restricted_us is null and lat is not null
			limit 200) as there
		having count(*) > 0`, args...).Scan(&p.Name, &p.Point.Lat, &p.Point.Lon)
	if value.KindOf(err) == value.NotFound {
		return Place{}, (&value.Error{Kind: value.NotFound, Field: "place", Message: "no listing is in a place of this name"})
	}
	p.Point = p.Point.Coarse()
	return p, err
}

// Gazetteer returns the places with most live listings, most first, each with the coarse middle of its listings; the zero
// Point for one whose listings have none.
func Gazetteer(tx *db.Tx, limit int) ([]Place, error) {
	return db.All(tx, func(row db.Scanner) (Place, error) {
		var p Place
		err := row.Scan(&p.Name, &p.Point.Lat, &p.Point.Lon)
		p.Point = p.Coarse()
		return p, err
	}, `
		select place, coalesce(avg(lat), 0), coalesce(avg(lon), 0) from listing where status = 'live' and restricted_us is null and place <> ''
		group by place order by count(*) desc, place limit $1`, limit)
}

// Places returns the names of places with most live listings, most first.
func Places(tx *db.Tx, limit int) ([]string, error) {
	return db.All(tx, db.Column[string], `
		select place from listing where status = 'live' and restricted_us is null and place <> ''
		group by place order by count(*) desc, place limit $1`, limit)
}

// StatusCounts counts the listings by status.
func StatusCounts(tx *db.Tx) (map[Status]int, error) {
	counts := make(map[Status]int)
	err := db.Each(tx, func(row db.Scanner) error {
		var status Status
		var n int
		err := row.Scan(&status, &n)
		counts[status] = n
		return err
	}, "select status, count(*) from listing group by status")
	return counts, err
}

// Arrival is how many of the listings that came in during one hour have a status now.
type Arrival struct {
	Hour     time.Time // its beginning
	Status   Status
	Listings int
}

// Arrivals counts the listings that came in since a moment by hour and present status, in no particular order.
func Arrivals(tx *db.Tx, since time.Time) ([]Arrival, error) {
	const hour_us = int64(time.Hour / time.Microsecond)
	return db.All(tx, func(row db.Scanner) (Arrival, error) {
		var a Arrival
		var hour int64
		err := row.Scan(&hour, &a.Status, &a.Listings)
		a.Hour = value.FromMicros(hour * hour_us)
		return a, err
	}, "select created_us / $2, status, count(*) from listing where created_us >= $1 group by created_us / $2, status", value.Micros(since), hour_us)
}

// MostCounted is how far SellerCount counts: a seller with more has many, and a page must not wait to know how many.
const MostCounted = 1000

// SellerCount counts a seller's listings that everybody finds, up to MostCounted.
func SellerCount(tx *db.Tx, seller value.ID) (int, error) {
	return db.One(tx, db.Column[int], `
		select count(*) from (select 1 from listing where seller = $1 and status = 'live' and restricted_us is null limit $2) as counted`, int64(seller), MostCounted)
}

// Sellers returns the sellers with these ids, in no order.
func Sellers(tx *db.Tx, ids []value.ID) ([]Seller, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args := db.List(1, ids)
	return db.All(tx, func(row db.Scanner) (s Seller, err error) {
		var since_us int64
		var verified_us *int64
		err = row.Scan(&s.ID, &s.Kind, &s.Name, &s.Town, &since_us, &verified_us)
		s.Since = value.FromMicros(since_us)
		if verified_us != nil {
			s.Verified = value.FromMicros(*verified_us)
		}
		return s, err
	}, "select id, kind, name, town, since_us, verified_us from seller where id in ("+marks+")", args...)
}

// AddSeller adds a seller. Its name is public, so it is screened with every listing; a seller that is there already is
// an error of kind Conflict, because another name would go past that.
func AddSeller(tx *db.Tx, s Seller) error {
	err := tx.Insert("seller", []string{"id", "kind", "name", "town", "since_us", "verified_us"}, [][]any{
		{int64(s.ID), string(s.Kind), s.Name, s.Town, value.Micros(s.Since), db.TimeOrNull(s.Verified)}})
	if err == nil {
		tx.Log(db.Change{Object: "seller", Record: s.ID, Diff: map[string]any{"name": s.Name, "kind": s.Kind, "town": s.Town}})
	}
	return err
}

// toJSON writes values that always can be written.
func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("listing: %T cannot be written as JSON: %v", v, err))
	}
	return string(text)
}
