package profile

import (
	"net/http"
	"slices"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

func (m *Room) showMine(w http.ResponseWriter, r *http.Request) error {
	v := m.begin(w, r)
	e, err := v.mine()
	if err != nil {
		return err
	}
	content := e.profile.Written()
	if e.profile.Rev == 0 {
		content.Name = v.me.Name
	}
	e.fill(content)
	return e.render(http.StatusOK)
}

// mine is the page of the member's own profile, before anything is filled in.
func (v *visit) mine() (*editor, error) {
	e := &editor{v: v, action: "/account/profile", profile: Profile{State: Clear}, seller: Seller{Name: v.me.Name, Since: v.site.DB.Clock().Now()}}
	e.public = Shown{Seller: e.seller}
	err := v.read(func(tx *db.Tx) (err error) {
		if e.shops, err = v.desk.shops(tx, v.me.Account); err != nil {
			return err
		}
		s, err := v.desk.own(tx, v.me.Account)
		if value.KindOf(err) == value.NotFound {
			return nil // it is made by the first save
		}
		if err != nil {
			return err
		}
		e.seller = s
		return e.load(tx)
	})
	return e, err
}

// held is a shop that somebody acts for.
type held struct {
	Seller
	Role Role
}

// shops are the businesses an account acts for, in the order of its seats.
func (d *Desk) shops(tx *db.Tx, who value.ID) ([]held, error) {
	seats, err := d.Sellers.Held(tx, who)
	if err != nil {
		return nil, err
	}
	ids := make([]value.ID, len(seats))
	for i, seat := range seats {
		ids[i] = seat.Seller
	}
	sellers, err := d.Sellers.Find(tx, ids)
	if err != nil {
		return nil, err
	}
	var all []held
	for _, seat := range seats {
		if i := slices.IndexFunc(sellers, func(s Seller) bool { return s.ID == seat.Seller && s.Business }); i >= 0 {
			all = append(all, held{sellers[i], seat.Role})
		}
	}
	return all, nil
}

// own is the private seller of an account, or an error of kind NotFound.
func (d *Desk) own(tx *db.Tx, who value.ID) (Seller, error) {
	seats, err := d.Sellers.Held(tx, who)
	if err != nil {
		return Seller{}, err
	}
	var ids []value.ID
	for _, seat := range seats {
		if seat.Role == Owner {
			ids = append(ids, seat.Seller)
		}
	}
	sellers, err := d.Sellers.Find(tx, ids)
	if err != nil {
		return Seller{}, err
	}
	if i := slices.IndexFunc(sellers, func(s Seller) bool { return !s.Business }); i >= 0 {
		return sellers[i], nil
	}
	return Seller{}, noSeller()
}

// load reads the profile of the editor's seller, and why what waits is not public.
func (e *editor) load(tx *db.Tx) (err error) {
	e.profile, err = FindProfile(tx, e.seller.ID)
	if value.KindOf(err) == value.NotFound {
		e.profile, err = Profile{Seller: e.seller.ID, State: Clear}, nil
	}
	if err != nil {
		return err
	}
	if e.public, err = e.v.desk.Find(tx, e.seller.ID); err != nil || e.profile.State == Clear {
		return err
	}
	screening, err := safety.FindScreening(tx, e.seller.ID)
	if err != nil && value.KindOf(err) != value.NotFound {
		return err
	}
	e.grounds = why(screening, e.profile, e.v.words.Locale())
	return nil
}

func (m *Room) saveMine(w http.ResponseWriter, r *http.Request) error {
	v := m.begin(w, r)
	e, err := v.mine()
	if err != nil {
		return err
	}
	return e.save(func(rev int64, c Content) (Profile, error) {
		return v.desk.SaveMine(r.Context(), v.me.Actor(), rev, c)
	})
}

// save reads the form, saves by fn, and leads to the page that says what became of it; or shows the form again, with
// everything that was typed.
func (e *editor) save(fn func(rev int64, c Content) (Profile, error)) error {
	form, err := web.ReadForm(e.v.r)
	if err != nil {
		return err
	}
	rev := form.Int("rev", 0, 1<<62)
	c, err := e.v.readContent(form, e.business)
	if err != nil {
		return err
	}
	_, checked := c.check(e.business) // so that all that is wrong is said at once
	if err := noteAll(form, checked); err != nil {
		return err
	}
	var fault error
	if form.Valid() {
		var p Profile
		if p, err = fn(rev, c); err == nil {
			return e.v.done(e.after(p), "profile.saved."+string(p.State))
		}
		fault = noteAll(form, err)
	}
	switch value.KindOf(fault) {
	case "", value.Conflict, value.Limited, value.Invalid:
		e.refill(form, c.Photo)
		e.fault = text.Error(e.v.r.Context(), fault)
		return e.render(statusOf(fault))
	default:
		return fault
	}
}

// after is the page to go on with when the profile is saved.
func (e *editor) after(p Profile) string {
	if e.business {
		return shopPath(p.Seller, "profile")
	}
	return e.action
}

func (e *editor) render(status int) error {
	e.flash = e.v.flash()
	return e.v.render(status, e.title(), e.view())
}

func (e *editor) title() string {
	switch {
	case e.opening:
		return e.v.t("profile.new")
	case e.business:
		return e.v.t("profile.shop_title", "name", e.seller.Name)
	default:
		return e.v.t("profile.mine")
	}
}
