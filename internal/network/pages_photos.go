package network

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

// sharedPhotos are photos of listings that show the same.
type sharedPhotos struct {
	listings int
	photos   []numbered
}

// numbered is a photo with the number that its listing has on the page.
type numbered struct {
	Photo
	listing value.ID
	number  int
}

const (
	mostPhotoGroups = 4
	mostOfGroup     = 4 // photos; each is shown once, whoever else has it
)

// readPhotos reads the photos that tie listings. Which photo of a listing it was is not kept, so all are looked through.
func (o *oneView) readPhotos(tx *db.Tx) error {
	if o.pages.Photos == nil {
		return nil
	}
	groups := o.picture.Photos
	var ids []value.ID
	for _, g := range groups {
		ids = append(ids, g[:min(len(g), mostOfGroup)]...)
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := o.pages.Photos(tx, ids)
	if err != nil {
		return err
	}
	var hashes []string
	for _, g := range groups {
		s := sharedPhotos{listings: len(g)}
		for _, id := range g[:min(len(g), mostOfGroup)] {
			for _, p := range found[id] {
				if len(s.photos) < mostOfGroup && !slices.Contains(hashes, p.Sha256) {
					s.photos = append(s.photos, numbered{p, id, o.numbers[id]})
					hashes = append(hashes, p.Sha256)
				}
			}
		}
		o.photos = append(o.photos, s)
	}
	if o.pages.Looks == nil {
		return nil
	}
	o.seen, err = o.looks().Seen(tx, o.me.Account, hashes)
	return err
}

func (v *visit) looks() Looks { return v.pages.Looks(site.From(v.r.Context())) }

func (o *oneView) anySeen() bool {
	for _, seen := range o.seen {
		if seen {
			return true
		}
	}
	return false
}

// look records looks at photos before they are shown. What stays veiled is answered with the reason.
func (v *visit) look() error {
	o, err := v.find(false)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	asked, again := form.All("sha256"), form.Bool("again")
	if err := form.Err(); err != nil {
		return err
	}
	photos := map[string]value.ID{} // of this network only
	for _, g := range o.photos {
		for _, p := range g.photos {
			if slices.Contains(asked, p.Sha256) {
				photos[p.Sha256] = p.listing
			}
		}
	}
	got, err := v.looks().See(v.r.Context(), v.me.Actor(), photos, again)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(got.Looks) == 0 && got.Said != "" {
		status = http.StatusConflict
	}
	texts := make([]string, len(got.Looks))
	for i, id := range got.Looks {
		texts[i] = id.Text(lookKind)
	}
	return v.json(status, map[string]any{"looks": texts, "photos": got.Photos, "said": got.Said})
}

const lookKind = "lok" // the kind of a look's outside id

func (v *visit) json(status int, content any) error {
	v.w.Header().Set("Content-Type", "application/json")
	v.w.WriteHeader(status)
	return json.NewEncoder(v.w).Encode(content)
}

// looked tells how long looks lasted.
func (v *visit) looked() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	look_ms := form.Int("ms", 0, 1<<31)
	var ids []value.ID
	for _, one := range strings.Fields(form.Line("looks", 2000)) {
		id, err := value.ParseID(lookKind, one)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if err := form.Err(); err != nil {
		return err
	}
	if len(ids) > 0 {
		if err := v.looks().Looked(v.r.Context(), v.me.Actor(), ids, time.Duration(look_ms)*time.Millisecond); err != nil {
			return err
		}
	}
	v.w.WriteHeader(http.StatusNoContent)
	return nil
}
