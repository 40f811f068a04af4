package console

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Takedowns is what the program does about photos that somebody wants to be taken down.
type Takedowns interface {
	// Of finds the photos and their copies; nil for a notice that does not ask for it. chosen are the photos that staff say are meant,
	// by their SHA-256; nil: those that its author named.
	Of(tx *db.Tx, n moderation.Notice, chosen []string) (*Takedown, error)
	// Remove removes all copies, or proposes that to a second person when there are many. What a person can mend is an error with a
	// field: reason or answer.
	Remove(ctx context.Context, actor value.Actor, notice value.ID, o RemovalOrder) (Removed, error)
}

// Takedown is what there is to take down for a notice, or what was.
type Takedown struct {
	Photos []TakenPhoto
	Copies []PhotoCopy
	Later  []PhotoCopy // met after all was removed
	Due    time.Time
	Waits  value.ID  // the proposal that waits for a second person; 0: none
	Answer string    // that is suggested, in the language of whoever asked; or that waits
	Done   time.Time // zero until everything is removed
	Act    value.ID  // of the decisions
}

// TakenPhoto is a photo that a notice is about.
type TakenPhoto struct {
	Sha256  string
	Number  int
	Chosen  bool // it is the one, or one of those, that is meant
	Pending bool // it waits to be shown
	Picture ui.Picture
}

// CopyOf names a photo of a record.
type CopyOf struct {
	Object string
	Record value.ID
	Sha256 string
}

// PhotoCopy is a photo of a record that is, or looks like, one that a notice is about.
type PhotoCopy struct {
	CopyOf
	Of       string // SHA-256 of that photo
	Distance int    // bits of 256
	Same     bool   // it is the same file
	Other    bool   // a person said that it only looks alike
	Past     bool   // nothing is to be decided about it
	Title    string
	Href     string
	By       string
	Status   listing.Status // of a listing
	State    string         // of anything else, and of a listing that shows it no longer; in words
	Picture  ui.Picture
}

// RemovalOrder is what staff order: everything goes but what is spared.
type RemovalOrder struct {
	Photos []string // SHA-256
	Spared []CopyOf
	Reason string
	Answer string
}

// Removed is what came of an order.
type Removed struct {
	Records  int
	Proposed bool    // it waits for a second person
	Failed   []error // by record; they stay to be decided
}

// Chosen are the photos that are meant.
func (t *Takedown) Chosen() (all []string) {
	for _, p := range t.Photos {
		if p.Chosen {
			all = append(all, p.Sha256)
		}
	}
	return all
}

// left counts the records that are still to be decided about.
func (t *Takedown) left() int {
	seen := map[CopyOf]bool{}
	for _, c := range t.Copies {
		if !c.Past && !c.Other {
			seen[CopyOf{Object: c.Object, Record: c.Record}] = true
		}
	}
	return len(seen)
}

// alone is how many records one person may decide about.
const alone = 10

// readTakedown adds to a notice what there is to take down. The photos of the listing are shown there alone.
func (n *noticeView) readTakedown(tx *db.Tx) (err error) {
	if n.v.Takedowns == nil {
		return nil
	}
	if n.takedown, err = n.v.Takedowns.Of(tx, n.n, n.photos); err != nil || n.takedown == nil {
		return err
	}
	if n.card != nil {
		n.card.pictures = nil
	}
	if n.may() {
		n.seen, err = moderation.Seen(tx, n.v.me.Account, n.toLook())
	}
	return err
}

// toLook are the different files among the photos and copies: whoever has seen one of them has seen all that are the same.
func (n *noticeView) toLook() (all []string) {
	for _, p := range n.takedown.Photos {
		if p.Picture.Src != "" {
			all = append(all, p.Sha256)
		}
	}
	for _, c := range n.takedown.Copies {
		if c.Picture.Src != "" && !slices.Contains(all, c.Sha256) {
			all = append(all, c.Sha256)
		}
	}
	return all
}

// pictureOf is the picture of a file that is not shown as one of the photos already.
func (n *noticeView) pictureOf(c PhotoCopy) ui.Picture {
	if c.Same || slices.ContainsFunc(n.takedown.Photos, func(p TakenPhoto) bool { return p.Sha256 == c.Sha256 }) {
		return ui.Picture{}
	}
	return c.Picture
}

// anySeen reports whether the reader has looked at one of the photos.
func (n *noticeView) anySeen() bool {
	for _, seen := range n.seen {
		if seen {
			return true
		}
	}
	return false
}

// isReported reports whether a copy is where the notice points.
func (n *noticeView) isReported(c PhotoCopy) bool {
	return c.Object == n.n.Object && c.Record == n.n.Record
}

// ticked reports whether a photo is chosen: as the form was sent, or as the notice says.
func (n *noticeView) ticked(p TakenPhoto) bool {
	if n.removing {
		return slices.Contains(n.photos, p.Sha256)
	}
	return p.Chosen
}

// filledIn is what the removal's form had, or what is suggested.
func (n *noticeView) filledIn(sent, suggested string) string {
	if n.removing {
		return sent
	}
	return suggested
}

func (n *noticeView) removalFault(field string) string {
	if n.removing {
		return n.faults[field]
	}
	return ""
}

func (n *noticeView) refusalText(sent string) string {
	if n.removing {
		return ""
	}
	return sent
}

func (n *noticeView) refusalFault(field string) string {
	if n.removing {
		return ""
	}
	return n.faults[field]
}

// copyName is how a form names a copy.
func copyName(c CopyOf) string {
	return c.Object + "." + c.Record.Text(copyKind) + "." + c.Sha256
}

const copyKind = "cpy"

func parseCopy(name string) (c CopyOf, ok bool) {
	parts := strings.Split(name, ".")
	if len(parts) != 3 {
		return c, false
	}
	id, err := value.ParseID(copyKind, parts[1])
	return CopyOf{Object: parts[0], Record: id, Sha256: parts[2]}, err == nil
}

// copyTag says where a copy stands.
func (v *visit) copyTag(c PhotoCopy) ui.Tag {
	if c.State != "" {
		return ui.Tag{Text: c.State}
	}
	return v.statusTag(c.Status)
}

// likeness says how near a copy is.
func (v *visit) likeness(c PhotoCopy) string {
	switch {
	case c.Same || c.Of == "" && c.Distance == 0:
		return v.t("console.copy.same")
	default:
		return v.t("console.copy.near", "bits", c.Distance)
	}
}

func copiesPath(id value.ID) string { return noticePath(id) + "/removal" }

// removeCopies takes all copies down in one act.
func (v *visit) removeCopies(w http.ResponseWriter) error {
	id, err := value.ParseID(noticeKind, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	filled := &noticeView{removing: true, reason: f.Text("reason", longestTyped), answer: f.Text("answer", longestTyped), photos: f.All("photo"), spared: f.All("spared")}
	order := RemovalOrder{Photos: filled.photos, Reason: filled.reason, Answer: filled.answer}
	for _, name := range filled.spared {
		if c, ok := parseCopy(name); ok {
			order.Spared = append(order.Spared, c)
		}
	}
	if err = f.Err(); err == nil && len(order.Photos) == 0 {
		err = &value.Error{Kind: value.Invalid, Field: "photo", Key: "console.copy.no_photo", Message: "choose at least one photo"}
	}
	if listed := strings.Fields(f.Text("listed", 5000)); err == nil && !sameSet(listed, order.Photos) {
		err = &value.Error{Kind: value.Conflict, Field: "photo", Key: "console.copy.listed", Message: "the list shows the copies of what is ticked now; look at it and remove them then"}
	}
	var done Removed
	if err == nil {
		done, err = v.Takedowns.Remove(v.ctx, v.me.Actor(), id, order)
	}
	if err == nil {
		return v.removed(w, id, done)
	}
	known, unknown := v.faultsOf(worded(v.named(err), map[value.Kind]string{value.Conflict: "console.notice_stale"}), "photo", "reason", "answer")
	if unknown != nil {
		return unknown
	}
	filled.faults = known
	return v.showNotice(w, statusOf(err), id, filled)
}

// sameSet reports whether two lists have the same members.
func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

// removed says what came of it.
func (v *visit) removed(w http.ResponseWriter, id value.ID, done Removed) error {
	switch {
	case done.Proposed:
		return v.goOn(w, noticePath(id), v.t("console.copy.proposed", "count", done.Records))
	case len(done.Failed) > 0:
		web.SetFlash(w, v.r, web.Flash{Tone: "bad", Text: v.t("console.copy.failed", "count", len(done.Failed))})
		return web.Redirect(w, v.r, noticePath(id))
	default:
		return v.goOn(w, noticePath(id), v.t("console.copy.removed", "count", done.Records))
	}
}

// undoRemoval takes the whole act back: the photos leave the bank with its last decision.
func (v *visit) undoRemoval(w http.ResponseWriter) error {
	id, err := value.ParseID(noticeKind, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	act, err := v.actOf(id)
	if err != nil {
		return err
	}
	results, err := v.Moderation.UndoAll(v.ctx, v.me.Actor(), act, f.Text("reason", longestTyped))
	for _, r := range results {
		if err == nil {
			err = r.Err
		}
	}
	if err != nil {
		return v.refuse(w, err, noticePath(id))
	}
	return v.goOn(w, noticePath(id), v.t("console.copy.undone", "count", len(results)))
}

func (v *visit) actOf(id value.ID) (act value.ID, err error) {
	err = v.read(func(tx *db.Tx) error {
		n, err := moderation.FindNotice(tx, id)
		if err != nil || v.Takedowns == nil {
			return err
		}
		t, err := v.Takedowns.Of(tx, n, nil)
		if t != nil {
			act = t.Act
		}
		return err
	})
	if err == nil && act == 0 {
		err = value.Errorf(value.NotFound, "nothing was removed for this notice")
	}
	return act, err
}

// standing reports whether something of the act can be taken back, and whether that takes a reason.
func (n *noticeView) standing(tx *db.Tx) error {
	if n.takedown == nil || n.takedown.Act == 0 || n.takedown.Done.IsZero() {
		return nil
	}
	made, err := moderation.DecisionsOf(tx, n.takedown.Act)
	for _, d := range made {
		if d.Undone.IsZero() {
			n.undoable = true
			n.late = n.late || !d.Undoable(n.v.me.Actor(), n.v.now)
		}
	}
	return err
}

// lookCopies records looks at the photos of a notice before they are shown.
func (v *visit) lookCopies(w http.ResponseWriter) error {
	id, err := value.ParseID(noticeKind, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	asked, again := f.All("sha256"), f.Bool("again")
	how := given{shown: moderation.Shown(f.Line("shown", 10)), page: f.Line("view", 10) == "page", back: noticePath(id)}
	if err := f.Err(); err != nil {
		return err
	}
	view := &noticeView{v: v}
	err = v.read(func(tx *db.Tx) (err error) {
		if view.n, err = moderation.FindNotice(tx, id); err == nil {
			err = view.readTakedown(tx)
		}
		return err
	})
	if err != nil {
		return err
	}
	if view.takedown == nil {
		return value.Errorf(value.NotFound, "this notice is about no photo")
	}
	var looks []moderation.Look
	for _, sha := range view.toLook() {
		if slices.Contains(asked, sha) {
			looks = append(looks, moderation.Look{Sha256: sha, Object: "notice", Record: id, Severe: true, Again: again})
		}
	}
	return v.give(w, looks, how)
}
