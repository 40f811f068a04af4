package console

import (
	"encoding/json"
	"net/http"
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

// severe reports whether a look at the photos counts towards the day's cap.
func (c *card) severe() bool { return c.kase.Severity == moderation.Grave }

// spent reports whether a photo stays veiled until it is asked for again, or for today.
func (c *card) spent(i int) bool {
	return c.veiled() && (c.seen[c.l.Photos[i].Sha256] || c.severe() && c.looksLeft == 0)
}

// anySpent reports whether one of the photos stays veiled.
func (c *card) anySpent() bool {
	for i := range c.l.Photos {
		if c.spent(i) {
			return true
		}
	}
	return false
}

// filled is a saved reply with the words of this listing.
func (c *card) filled(r moderation.Reply) string {
	return r.Fill(map[string]string{"title": c.l.Title, "name": c.l.Seller.Name, "place": c.l.Place.Name})
}

// look records looks at the photos of a listing before they are shown, and answers with the looks' ids. What stays veiled
// is answered with the reason.
func (v *visit) look(w http.ResponseWriter) error {
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	record, again := f.ID("record", listing.ShortID), f.Bool("again")
	if err := f.Err(); err != nil {
		return err
	}
	looks, err := v.looksAt(record, f.All("sha256"), again)
	if err != nil {
		return err
	}
	ids, err := v.Moderation.See(v.ctx, v.me.Actor(), looks)
	if moderation.IsVeiled(err) {
		key := "console.look_seen"
		if value.KindOf(err) == value.Limited {
			key = "console.look_enough"
		}
		return answerJSON(w, http.StatusConflict, map[string]any{"said": v.t(key)})
	}
	if err != nil {
		return err
	}
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.Text(lookKind)
	}
	return answerJSON(w, http.StatusOK, map[string]any{"looks": texts})
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
