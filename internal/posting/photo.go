package posting

import (
	"errors"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/value"
	"fairground/internal/web"
)

// takePhotos stores the photos of one request and answers the list of the draft's photos. A script sends each photo
// alone; what is wrong with it is the answer's words.
func (v *visit) takePhotos() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	d, err := v.draft()
	if err == nil && d.ID == 0 {
		d, err = v.start(d.Seller, d.Typed)
	}
	if err != nil {
		return err
	}
	d, err = v.storePhotos(d, form.Files("photos", formBody))
	if err != nil {
		return err
	}
	return v.photoParts(d, nil)
}

// sentPhotos stores the photos that came with a whole form.
func (v *visit) sentPhotos(d listing.Draft, form *web.Form) (listing.Draft, error) {
	files := form.Files("photos", formBody)
	if len(files) == 0 {
		return d, nil
	}
	if err := v.posting.config.ByMember.Allow(who(v.r)); err != nil {
		return d, err
	}
	return v.storePhotos(d, files)
}

// storePhotos takes photos in, one after the other. What one of them gets wrong does not cost the others; the error says
// it of the first that could not be taken, with its name.
func (v *visit) storePhotos(d listing.Draft, files []*multipart.FileHeader) (listing.Draft, error) {
	var first error
	for _, file := range files {
		if len(d.Photos) >= listing.MostPhotos {
			return d, v.tooMany()
		}
		photo, err := v.storePhoto(file)
		if err != nil {
			if value.KindOf(err) != value.Invalid {
				return d, err
			}
			if first == nil {
				first = named(err, file.Filename, len(files))
			}
			continue
		}
		if d, err = v.addPhoto(d.ID, toPhoto(photo, "")); err != nil {
			return d, err
		}
	}
	return d, first
}

func (v *visit) storePhoto(file *multipart.FileHeader) (media.Photo, error) {
	content, err := file.Open()
	if err != nil {
		return media.Photo{}, err
	}
	defer content.Close()
	return v.Photos.Process(v.ctx, content)
}

// named says which of several files is meant.
func named(err error, file string, of int) error {
	var known *value.Error
	if of < 2 || !errors.As(err, &known) {
		return err
	}
	at := *known
	at.Key, at.Message = "", value.Clip(file, 40)+": "+known.Message
	return &at
}

func (v *visit) tooMany() error {
	err := value.Fieldf("photos", "a listing may have at most %d photos", listing.MostPhotos)
	err.Key, err.Args = "posting.fault.photos", []any{"most", listing.MostPhotos}
	return err
}

// addPhoto puts a stored photo at the end. One that is there already is not added twice.
func (v *visit) addPhoto(id value.ID, photo listing.Photo) (listing.Draft, error) {
	return v.change(id, func(t *listing.Typed) error {
		if placeOf(t.Photos, photo.Sha256) >= 0 {
			return nil
		}
		if len(t.Photos) >= listing.MostPhotos {
			return v.tooMany()
		}
		t.Photos = append(t.Photos, photo)
		return nil
	})
}

func placeOf(photos []listing.Photo, sha string) int {
	return slices.IndexFunc(photos, func(p listing.Photo) bool { return p.Sha256 == sha })
}

// photoButton does what a button at a photo says: "earlier:SHA", "later:SHA", "remove:SHA", or "back:TOKEN".
func (v *visit) photoButton(d listing.Draft, what string) error {
	do, sha, _ := strings.Cut(what, ":")
	var offer *undo
	var err error
	switch do {
	case "earlier", "later":
		d, err = v.movePhoto(d, sha, do == "later")
	case "remove":
		d, offer, err = v.removePhoto(d, sha)
	case "back":
		d, err = v.putBack(d, sha)
	default:
		err = value.Errorf(value.Invalid, "choose a photo")
	}
	if err != nil {
		return err
	}
	if wantsParts(v.r) {
		return v.photoParts(d, offer)
	}
	f, err := v.view(d)
	if err != nil {
		return err
	}
	f.undo = offer
	return v.render(http.StatusOK, f)
}

func (v *visit) movePhoto(d listing.Draft, sha string, later bool) (listing.Draft, error) {
	return v.change(d.ID, func(t *listing.Typed) error {
		from := placeOf(t.Photos, sha)
		to := from - 1
		if later {
			to = from + 1
		}
		return moveTo(t, from, to)
	})
}

// moveTo puts the photo at one place to another; the others keep their order.
func moveTo(t *listing.Typed, from, to int) error {
	if from < 0 || from >= len(t.Photos) {
		return &value.Error{Kind: value.NotFound, Key: "posting.photo.gone", Message: "this photo is not part of the draft"}
	}
	photo := t.Photos[from]
	t.Photos = slices.Delete(t.Photos, from, from+1)
	t.Photos = slices.Insert(t.Photos, max(0, min(to, len(t.Photos))), photo)
	return nil
}

func (v *visit) removePhoto(d listing.Draft, sha string) (listing.Draft, *undo, error) {
	var gone removedPhoto
	d, err := v.change(d.ID, func(t *listing.Typed) error {
		place := placeOf(t.Photos, sha)
		if place < 0 {
			return nil // it was removed already
		}
		gone = removedPhoto{d.ID, place, t.Photos[place]}
		t.Photos = slices.Delete(t.Photos, place, place+1)
		return nil
	})
	if err != nil || gone.Draft == 0 {
		return d, nil, err
	}
	token, err := v.sealed(gone)
	return d, &undo{v.t("posting.photo.removed"), "photo", "back:" + token}, err
}

func (v *visit) putBack(d listing.Draft, token string) (listing.Draft, error) {
	var gone removedPhoto
	if err := v.unseal(token, &gone); err != nil {
		return d, err
	}
	return v.change(d.ID, func(t *listing.Typed) error {
		if gone.Draft != d.ID || placeOf(t.Photos, gone.Photo.Sha256) >= 0 {
			return nil
		}
		if len(t.Photos) >= listing.MostPhotos {
			return v.tooMany()
		}
		t.Photos = slices.Insert(t.Photos, max(0, min(gone.Place, len(t.Photos))), gone.Photo)
		return nil
	})
}

// photoParts answers a script with the photos of the draft.
func (v *visit) photoParts(d listing.Draft, offer *undo) error {
	f := &formView{base: address(d), draft: d, saved: d.Updated, found: faults{}, undo: offer, guest: v.by.Account == 0}
	return web.Render(v.w, v.r, http.StatusOK, photosChanged(v, f))
}

// photo is the photo of the draft that the address names.
func (v *visit) photo() (listing.Draft, listing.Photo, error) {
	d, err := v.draft()
	if err != nil {
		return d, listing.Photo{}, err
	}
	photo, err := photoOf(d, v.r.PathValue("photo"))
	return d, photo, err
}

func (v *visit) showPhoto() error {
	d, photo, err := v.photo()
	if err != nil {
		return err
	}
	return v.form(http.StatusOK, v.t("posting.photo.page"), photoPage(d, photo, ""))
}

// changePhoto turns, crops, describes or moves one photo.
func (v *visit) changePhoto() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	d, photo, err := v.photo()
	if err != nil {
		return err
	}
	switch form.Raw("do") {
	case "left":
		return v.redone(d, photo)(v.Photos.Turn(v.ctx, photo.Sha256, -1))
	case "right":
		return v.redone(d, photo)(v.Photos.Turn(v.ctx, photo.Sha256, 1))
	case "crop":
		return v.redone(d, photo)(v.Photos.Crop(v.ctx, photo.Sha256, cutOf(form)))
	case "place":
		return v.placePhoto(form, d, photo)
	case "describe":
		return v.describePhoto(form, d, photo)
	default:
		return v.photoButton(d, form.Raw("do")+":"+photo.Sha256)
	}
}

// cutOf reads the part of a photo to keep, in percent.
func cutOf(form *web.Form) media.Cut {
	share := func(name string) float64 { return form.Float(name, 0, 100) / 100 }
	cut := media.Cut{Left: share("left"), Top: share("top"), Width: share("width"), Height: share("height")}
	cut.Width, cut.Height = min(cut.Width, 1-cut.Left), min(cut.Height, 1-cut.Top)
	return cut
}

// redone puts the changed photo in the place of the one it was made from.
func (v *visit) redone(d listing.Draft, before listing.Photo) func(media.Photo, error) error {
	return func(made media.Photo, err error) error {
		if value.KindOf(err) == value.Invalid {
			return v.form(http.StatusUnprocessableEntity, v.t("posting.photo.page"), photoPage(d, before, v.says(err)))
		}
		if err != nil {
			return err
		}
		d, err = v.change(d.ID, func(t *listing.Typed) error {
			place, other := placeOf(t.Photos, before.Sha256), placeOf(t.Photos, made.Sha256)
			if place >= 0 && (other < 0 || other == place) {
				t.Photos[place] = toPhoto(made, t.Photos[place].Alt)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return web.Redirect(v.w, v.r, address(d)+"/photos/"+made.Sha256)
	}
}

// placePhoto puts a photo at a number, counted from 1, as dragging does.
func (v *visit) placePhoto(form *web.Form, d listing.Draft, photo listing.Photo) error {
	to := int(form.Int("to", 1, listing.MostPhotos))
	if err := form.Err(); err != nil || to == 0 {
		return value.Errorf(value.Invalid, "choose a place")
	}
	d, err := v.change(d.ID, func(t *listing.Typed) error { return moveTo(t, placeOf(t.Photos, photo.Sha256), to-1) })
	if err != nil {
		return err
	}
	if wantsParts(v.r) {
		return v.photoParts(d, nil)
	}
	return web.Redirect(v.w, v.r, address(d)+"#photos")
}

func (v *visit) describePhoto(form *web.Form, d listing.Draft, photo listing.Photo) error {
	alt := strings.TrimSpace(form.Raw("alt"))
	if utf8.RuneCountInString(alt) > listing.LongestAlt {
		photo.Alt = alt
		return v.form(http.StatusUnprocessableEntity, v.t("posting.photo.page"), photoPage(d, photo, v.t("posting.photo.alt_long", "most", listing.LongestAlt)))
	}
	d, err := v.change(d.ID, func(t *listing.Typed) error {
		if place := placeOf(t.Photos, photo.Sha256); place >= 0 {
			t.Photos[place].Alt = alt
		}
		return nil
	})
	if err != nil {
		return err
	}
	return web.Redirect(v.w, v.r, address(d)+"#photos")
}
