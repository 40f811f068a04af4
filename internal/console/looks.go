package console

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Network is the network that a listing belongs to, in short, for the panel beside it.
type Network struct {
	Title string // "N-311"
	Href  string
	Text  string // what links it, in a sentence
	Graph Graph
}

// Graph is a small picture of a network: points between 0 and 100 across and 0 and 60 down, and lines between them.
type Graph struct {
	Nodes []GraphNode
	Lines [][2]int // indexes of nodes
}

// GraphNode is a point of a Graph.
type GraphNode struct {
	X, Y float64
	Kind string // listing, account, phone, photo, …: a class of the picture
	Text string // beside the point; empty: none
}

// readDesk adds to a card what its reader has at hand: saved replies, looks, the network.
func (c *card) readDesk(tx *db.Tx) (err error) {
	if !c.v.may(account.ListingsDecide) {
		return nil
	}
	if c.replies, err = moderation.Replies(tx, c.v.words.Locale().Language()); err != nil {
		return err
	}
	if c.seen, err = moderation.Seen(tx, c.v.me.Account, c.hashes()); err != nil {
		return err
	}
	r, err := moderation.FindReviewer(tx, c.v.me.Account)
	if err != nil {
		return err
	}
	c.shown = r.Shown
	if c.looksLeft, err = moderation.LooksLeft(tx, c.v.me.Account); err != nil || c.v.Network == nil || !c.v.may(account.NetworksSee) {
		return err
	}
	c.network, err = c.v.Network(tx, c.l.ID)
	return err
}

// hashes are the photos of the card that are veiled.
func (c *card) hashes() []string {
	var all []string
	for _, p := range c.l.Photos {
		all = append(all, p.Sha256)
	}
	return all
}

// mayLook reports whether the reader may ask for the photos: looks are recorded for those who decide.
func (c *card) mayLook() bool { return c.v.may(account.ListingsDecide) }

// severe reports whether a look at the photos counts towards the day's cap.
func (c *card) severe() bool { return c.kase.Severity == moderation.Grave }

// spent reports whether a photo stays veiled until it is asked for again, or for today.
func (c *card) spent(i int) bool {
	return c.veiled() && (c.seen[c.l.Photos[i].Sha256] || c.severe() && c.looksLeft == 0)
}

// anySeen reports whether the reader has looked at one of the photos before.
func (c *card) anySeen() bool {
	for _, p := range c.l.Photos {
		if c.seen[p.Sha256] {
			return true
		}
	}
	return false
}

// looksSay says why photos stay veiled before anybody asks; empty when they do not.
func (c *card) looksSay() string {
	switch {
	case c.severe() && c.looksLeft == 0:
		return c.v.t("console.look_enough")
	case c.anySeen():
		return c.v.t("console.look_seen")
	default:
		return ""
	}
}

// filled is a saved reply with the words of this listing.
func (c *card) filled(r moderation.Reply) string {
	return r.Fill(map[string]string{"title": c.l.Title, "name": c.l.Seller.Name, "place": c.l.Place.Name})
}

// look records looks at the photos of a listing and, in the same request, gives the photos.
func (v *visit) look(w http.ResponseWriter) error {
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	record, again := f.ID("record", listing.ShortID), f.Bool("again")
	asked := given{shown: moderation.Shown(f.Line("shown", 10)), page: f.Line("view", 10) == "page", back: queuePath(record)}
	if err := f.Err(); err != nil {
		return err
	}
	looks, err := v.looksAt(record, f.All("sha256"), again)
	if err != nil {
		return err
	}
	return v.give(w, looks, asked)
}

// given is how photos are to be given.
type given struct {
	shown  moderation.Shown // empty: as the reader has chosen
	page   bool             // on a page, for browsers without scripts; otherwise as JSON
	back   string           // where such a page leads back to
	photos []seenPhoto
	said   string // why photos stay veiled
}

// seenPhoto is a photo that is given after its look was recorded.
type seenPhoto struct {
	sha256 string
	source string // data:image/…
}

// give is the only way of veiled photos to a reader: it reads them, records the looks, and only then answers with the
// photos. What the day's cap, a break that is due or an earlier look stands against is answered with the reason, and
// nothing is given; a photo of a severe bank is given to nobody and no look at it is recorded.
func (v *visit) give(w http.ResponseWriter, looks []moderation.Look, g given) error {
	if err := v.choose(&g); err != nil {
		return err
	}
	allowed := looks[:0:0]
	for _, l := range looks {
		source, err := v.photo(l.Sha256, g.shown)
		if value.KindOf(err) == value.Forbidden {
			g.said = v.t("console.look_never")
			continue
		}
		if err != nil {
			return err
		}
		allowed = append(allowed, l)
		g.photos = append(g.photos, seenPhoto{l.Sha256, source})
	}
	ids, err := v.Moderation.See(v.ctx, v.me.Actor(), allowed)
	if moderation.IsVeiled(err) {
		g.photos, g.said = nil, v.whyVeiled(err)
		return v.answerLook(w, http.StatusConflict, g, nil)
	}
	if err != nil {
		return err
	}
	return v.answerLook(w, http.StatusOK, g, ids)
}

// choose reads how the reader wants photos shown, when the form does not say.
func (v *visit) choose(g *given) error {
	if slices.Contains(moderation.ShownAs, g.shown) {
		return nil
	}
	return v.read(func(tx *db.Tx) error {
		r, err := moderation.FindReviewer(tx, v.me.Account)
		g.shown = r.Shown
		return err
	})
}

// photo reads a photo; one that is not stored has no source.
func (v *visit) photo(sha256 string, shown moderation.Shown) (string, error) {
	if v.Photo == nil {
		return "", nil
	}
	kind, content, err := v.Photo(v.ctx, sha256, shown)
	if value.KindOf(err) == value.NotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(content), nil
}

// whyVeiled says in words why photos stay veiled.
func (v *visit) whyVeiled(err error) string {
	switch {
	case errors.Is(err, moderation.ErrRest):
		return v.t("console.look_rest")
	case errors.Is(err, moderation.ErrEnough):
		return v.t("console.look_enough")
	default:
		return v.t("console.look_seen")
	}
}

func (v *visit) answerLook(w http.ResponseWriter, status int, g given, ids []value.ID) error {
	w.Header().Set("Cache-Control", "no-store")
	if g.page {
		return v.showLook(w, status, g)
	}
	texts, photos := make([]string, len(ids)), map[string]string{}
	for i, id := range ids {
		texts[i] = id.Text(lookKind)
	}
	for _, p := range g.photos {
		photos[p.sha256] = p.source
	}
	return answerJSON(w, status, map[string]any{"looks": texts, "photos": photos, "said": g.said})
}

// showLook is the page of a look, for browsers without scripts.
func (v *visit) showLook(w http.ResponseWriter, status int, g given) error {
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		wait, err = v.waiting(tx)
		return err
	})
	if err != nil {
		return err
	}
	page := v.page(v.t("console.look_page"), queueRoot, wait)
	return v.show(w, status, page, lookPage(v, g))
}

const lookKind = "lok" // the kind of a look's outside id

// looksAt are looks at photos of one listing; photos of others are left out.
func (v *visit) looksAt(record value.ID, hashes []string, again bool) (looks []moderation.Look, err error) {
	err = v.read(func(tx *db.Tx) error {
		l, err := listing.Find(tx, record)
		if err != nil {
			return err
		}
		kase, err := moderation.FindCaseOf(tx, listing.Object, record)
		if err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		for _, p := range l.Photos {
			for _, asked := range hashes {
				if asked == p.Sha256 {
					looks = append(looks, moderation.Look{Sha256: asked, Object: listing.Object, Record: record, Severe: kase.Severity == moderation.Grave, Again: again})
				}
			}
		}
		return nil
	})
	return looks, err
}

// looked tells how long looks lasted.
func (v *visit) looked(w http.ResponseWriter) error {
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	look_ms := f.Int("ms", 0, 1<<31)
	var ids []value.ID
	for _, text := range strings.Fields(f.Line("looks", 2000)) {
		id, err := value.ParseID(lookKind, text)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if err := f.Err(); err != nil {
		return err
	}
	if len(ids) > 0 {
		if err := v.Moderation.Looked(v.ctx, v.me.Actor(), ids, time.Duration(look_ms)*time.Millisecond); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func answerJSON(w http.ResponseWriter, status int, content any) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(content)
}
