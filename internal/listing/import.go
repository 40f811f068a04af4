package listing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Import brings the rows of a file in as listings. Every row is checked and screened like a form. Rows are written in
// portions, each with the place it has reached, in one transaction: an import that was interrupted goes on where it
// stopped, and one that is repeated changes only what differs.
type Import struct {
	Desk     *Desk
	Mapping  Mapping
	Actor    value.Actor
	Photos   PhotoSource    // nil: photos are left out
	DryRun   bool           // check and screen, store nothing
	Errors   io.Writer      // gets one JSON object a line for every row that was not taken; nil for none
	Progress func(Progress) // called after each portion; nil for none
}

// PhotoSource turns a photo's file name in a row into a stored photo.
type PhotoSource interface {
	Photo(ctx context.Context, name string) (Photo, error)
}

// Progress says how far an import is.
type Progress struct {
	Tally
	Bytes int64 // of the file, as it is stored
}

// Tally accounts for every row of an import: the fields from Live to Failed add up to Rows.
type Tally struct {
	Rows       int `json:"rows"`
	Live       int `json:"live"`       // new and published
	Held       int `json:"held"`       // new and waiting for a person
	Challenged int `json:"challenged"` // new and waiting for the author
	Rejected   int `json:"rejected"`   // new and refused by a rule
	Updated    int `json:"updated"`    // known, with another content; screened again
	Unchanged  int `json:"unchanged"`  // known, with the same content or removed from the site
	Repeated   int `json:"repeated"`   // a row of the same portion has the same external id and counts instead
	Failed     int `json:"failed"`     // with an error, named in the error file
	LeftOut    int `json:"left_out"`   // values of optional attributes that were not understood; no rows
}

const (
	portion       = 500     // rows
	portion_bytes = 8 << 20 // of rows as they are written; a portion ends after the row that reaches it
	mostTries     = 5       // of a portion that collides with what people do meanwhile
)

// Run imports a file. name tells its format and sum identifies its content, for going on after an interruption. It
// returns the tally of the whole file, with what earlier runs did. The error is about the file; rows have their own.
func (i *Import) Run(ctx context.Context, name, sum string, r io.Reader) (Tally, error) {
	counted := &countedReader{in: r}
	rows, err := openRows(counted, name, i.Mapping)
	if err != nil {
		return Tally{}, err
	}
	run, err := i.begin(ctx, sum)
	if err != nil {
		return Tally{}, err
	}
	for more := true; more; {
		var batch []candidate
		batch, more, err = i.read(ctx, rows, run.rowsDone)
		if err != nil {
			return run.tally, err
		}
		if err := i.take(ctx, run, batch, !more); err != nil {
			return run.tally, fmt.Errorf("import %s at row %d: %w", i.Mapping.Source, run.rowsDone, err)
		}
		if i.Progress != nil {
			i.Progress(Progress{run.tally, counted.n})
		}
	}
	return run.tally, nil
}

// candidate is a row on its way to be a listing.
type candidate struct {
	row
	submission Submission
	leftOut    int
	err        error // why it cannot be one
	reported   bool  // in the error file

	known   *Listing // the listing it was before, if any
	made    Listing
	outcome safety.Outcome
}

// read collects the next portion, after the rows that an earlier run has done. more is false at the end.
func (i *Import) read(ctx context.Context, rows *rows, done int) (batch []candidate, more bool, err error) {
	tree, err := i.Desk.Trees.Tree(ctx)
	if err != nil {
		return nil, false, err
	}
	return i.readWith(ctx, tree, rows, done)
}

func (i *Import) readWith(ctx context.Context, tree *Tree, rows *rows, done int) (batch []candidate, more bool, err error) {
	for size := 0; len(batch) < portion && size < portion_bytes; {
		r, err := rows.next()
		var broken *brokenFile
		if err == io.EOF {
			return batch, false, nil
		}
		if errors.As(err, &broken) {
			return nil, false, value.Errorf(value.Invalid, "row %d: %v", rows.number+1, broken).Because(err)
		}
		if r.number <= done {
			continue
		}
		size += r.size
		c := candidate{row: r, err: err}
		if err == nil {
			c.submission, c.leftOut, c.err = i.Mapping.apply(r, tree)
		}
		batch = append(batch, c)
	}
	return batch, true, ctx.Err()
}

// take checks, screens and stores one portion and notes how far the import is. When somebody changes one of its
// listings at the same moment, the portion is looked at again.
func (i *Import) take(ctx context.Context, run *importRun, batch []candidate, last bool) error {
	for n := range batch {
		batch[n].submission.Seller = run.seller
	}
	i.addPhotos(ctx, batch)
	for try := 1; ; try++ {
		err := i.takeOnce(ctx, run, batch, last)
		if value.KindOf(err) != value.Conflict || try == mostTries {
			return err
		}
	}
}

func (i *Import) takeOnce(ctx context.Context, run *importRun, batch []candidate, last bool) error {
	if err := i.findKnown(ctx, batch); err != nil {
		return err
	}
	if err := i.prepare(ctx, batch); err != nil {
		return err
	}
	if err := i.reportErrors(batch); err != nil {
		return err
	}
	tally, done := run.tally, run.rowsDone
	tally.add(batch)
	if len(batch) > 0 {
		done = batch[len(batch)-1].number
	}
	if !i.DryRun {
		if err := i.store(ctx, run, batch, done, tally, last); err != nil {
			return err
		}
	}
	run.tally, run.rowsDone = tally, done
	return nil
}

// errRepeated marks a row that a later one of its portion replaces.
var errRepeated = errors.New("a later row has the same external id")

// findKnown looks up which rows are listings already. Of rows in one portion with the same external id the last
// one counts.
func (i *Import) findKnown(ctx context.Context, batch []candidate) error {
	place := make(map[string]int, len(batch))
	for n := range batch {
		c := &batch[n]
		if c.known = nil; c.err != nil {
			continue
		}
		if earlier, twice := place[c.submission.External]; twice {
			batch[earlier].err = errRepeated
		}
		place[c.submission.External] = n
	}
	return i.Desk.DB.Read(ctx, func(tx *db.Tx) error {
		known, err := findExternal(tx, i.Mapping.Source, place)
		for k := range known {
			batch[place[known[k].External]].known = &known[k]
		}
		return err
	})
}

func findExternal(tx *db.Tx, source string, place map[string]int) ([]Listing, error) {
	if len(place) == 0 {
		return nil, nil
	}
	marks, args := make([]string, 0, len(place)), []any{source}
	for external := range place {
		args = append(args, external)
		marks = append(marks, "$"+strconv.Itoa(len(args)))
	}
	return db.All(tx, scanListing, "select "+listingColumns+" from "+listingTables+
		" where l.source = $1 and l.external in ("+strings.Join(marks, ", ")+")", args...)
}

// prepare checks and screens a portion on all processors.
func (i *Import) prepare(ctx context.Context, batch []candidate) error {
	tree, err := i.Desk.Trees.Tree(ctx)
	if err != nil {
		return err
	}
	workers := runtime.GOMAXPROCS(0)
	var group errgroup.Group
	for w := range workers {
		group.Go(func() error {
			for n := w; n < len(batch); n += workers {
				i.prepareOne(ctx, tree, &batch[n])
			}
			return nil
		})
	}
	return group.Wait()
}

func (i *Import) prepareOne(ctx context.Context, tree *Tree, c *candidate) {
	if c.err != nil {
		return
	}
	if c.known == nil {
		c.made, c.outcome, c.err = i.Desk.prepare(ctx, tree, c.submission)
		return
	}
	content, err := tree.Check(c.submission.Content)
	if err != nil {
		c.err = err
		return
	}
	if content.Photos == nil { // nothing was said about photos
		content.Photos = c.known.Photos
	}
	c.made = *c.known
	hash := content.Hash()
	if hash == c.known.hash || c.known.Status == Removed {
		return
	}
	c.made.Content, c.made.hash = content, hash
	if c.made.refusedBefore() {
		c.err = errRefused
		return
	}
	if c.made.Status == Expired { // it is in the file, so it is offered still
		c.made.reopen()
	}
	now := i.Desk.DB.Clock().Now()
	c.outcome = i.Desk.screen(ctx, c.made, tree, now, safety.Review{})
	c.made.settle(c.outcome, safety.Review{}, now)
}

func (c candidate) changed() bool { return c.known != nil && c.made.hash != c.known.hash }

func (t *Tally) add(batch []candidate) {
	for _, c := range batch {
		t.Rows++
		t.LeftOut += c.leftOut
		switch {
		case c.err == errRepeated:
			t.Repeated++
		case c.err != nil:
			t.Failed++
		case c.changed():
			t.Updated++
		case c.known != nil:
			t.Unchanged++
		case c.made.Status == Live:
			t.Live++
		case c.made.Status == Rejected:
			t.Rejected++
		case c.made.Status == Challenged:
			t.Challenged++
		default:
			t.Held++
		}
	}
}

// rejectedRow is a line of the error file.
type rejectedRow struct {
	Row      int    `json:"row"`
	External string `json:"external,omitempty"`
	Field    string `json:"field,omitempty"`
	Message  string `json:"message"`
	Raw      string `json:"raw"`
}

func (i *Import) reportErrors(batch []candidate) error {
	if i.Errors == nil {
		return nil
	}
	out := json.NewEncoder(i.Errors)
	for n := range batch {
		c := &batch[n]
		if c.err == nil || c.err == errRepeated || c.reported {
			continue
		}
		c.reported = true
		for _, err := range flatten(c.err) {
			line := rejectedRow{Row: c.number, External: c.submission.External, Message: err.Error(),
				Raw: strings.ToValidUTF8(string(c.raw), "�")}
			var known *value.Error
			if errors.As(err, &known) {
				line.Field, line.Message = known.Field, known.Message
			}
			if err := out.Encode(line); err != nil {
				return fmt.Errorf("writing the error file: %w", err)
			}
		}
	}
	return nil
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, flatten(one)...)
	}
	return all
}

// addPhotos stores the photos that rows name. A photo that cannot be used is an error of its row.
func (i *Import) addPhotos(ctx context.Context, batch []candidate) {
	if i.Photos == nil || i.DryRun || i.Mapping.Photos == "" {
		return
	}
	for n := range batch {
		if c := &batch[n]; c.err == nil {
			c.submission.Photos, c.err = i.photosOf(ctx, c.row)
		}
	}
}

// photosOf returns the photos of a row: none is not nil, for it takes away those that were there before.
func (i *Import) photosOf(ctx context.Context, r row) ([]Photo, error) {
	names, err := r.fill(i.Mapping.Photos)
	if err != nil {
		return nil, err
	}
	photos := []Photo{}
	for _, name := range strings.FieldsFunc(names, func(r rune) bool { return r == ';' || r == '|' }) {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		photo, err := i.Photos.Photo(ctx, name)
		if err != nil {
			return nil, value.Fieldf("photos", "%s: %v", value.Clip(name, 40), err)
		}
		photos = append(photos, photo)
	}
	return photos, nil
}
