package follow

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Routes registers the pages of this package; doc.go lists them.
func (d *Desk) Routes(m *web.Router) {
	small := web.BodyLimit(8 << 10)
	changes := web.Limit(d.changes, account.ByAccount, account.SignedIn)
	m.Handle("GET /favourites", account.SignedIn, d.showFavourites)
	m.Handle("POST /favourites/{listing}", changes, d.toggle, small)
	m.Handle("GET /following", account.SignedIn, d.showFollowing)
	m.Handle("POST /following/{seller}", changes, d.follow, small)
}

// visit is what one request has at hand.
type visit struct {
	*Desk
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	site    *site.Site
	rooms   Rooms
	session account.Session
}

func (d *Desk) visit(w http.ResponseWriter, r *http.Request) *visit {
	ctx, s := r.Context(), site.From(r.Context())
	return &visit{Desk: d, w: w, r: r, ctx: ctx, site: s, rooms: d.config.Rooms(s), session: account.From(ctx)}
}

func (v *visit) read(fn func(tx *db.Tx) error) error { return v.site.DB.Read(v.ctx, fn) }

func (v *visit) write(action string, fn func(tx *db.Tx) error) error {
	return v.site.DB.Write(v.ctx, v.session.Actor(), action, fn)
}

func (v *visit) show(title string, content templ.Component) error {
	return web.Render(v.w, v.r, http.StatusOK, v.config.Page(v.r, text.T(v.ctx, title), content))
}

// answer gives htmx the button as it is now, and others the page they came from.
func (v *visit) answer(form *web.Form, otherwise string, button templ.Component) error {
	if web.Fragment(v.r) {
		return web.Render(v.w, v.r, http.StatusOK, button)
	}
	return web.Redirect(v.w, v.r, web.LocalPath(form.Raw("next"), otherwise))
}

func gone() error {
	return &value.Error{Kind: value.NotFound, Key: "follow.gone", Message: "this is not here any more"}
}

// toggle saves a listing or forgets it. Only what everybody can see now can be saved.
func (d *Desk) toggle(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	id, err := value.ParseID(listingID, r.PathValue("listing"))
	if err != nil {
		return gone()
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	heart := Heart{Listing: id, SignedIn: true, Next: web.LocalPath(form.Raw("next"), "/favourites"), Words: form.Bool("words")}
	err = v.write("follow.save", func(tx *db.Tx) error {
		shown, err := v.rooms.Listings(tx, []value.ID{id})
		if err != nil {
			return err
		}
		heart.Title = shown[id].Title
		if heart.Saved, err = wanted(tx, form, "saved", func(tx *db.Tx) (bool, error) { return isSaved(tx, v.session.Account, id) }); err != nil {
			return err
		}
		if !heart.Saved {
			err = forget(tx, v.session.Account, id)
		} else {
			err = v.save(tx, shown[id])
		}
		if err == nil && heart.Words {
			heart.Count, err = CountOf(tx, id)
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.answer(form, "/favourites", heart)
}

// wanted is what the form asks for; a form that does not say asks for the other of what is.
func wanted(tx *db.Tx, form *web.Form, field string, is func(*db.Tx) (bool, error)) (bool, error) {
	switch form.Raw(field) {
	case "yes":
		return true, nil
	case "no":
		return false, nil
	}
	now, err := is(tx)
	return !now, err
}

func (v *visit) save(tx *db.Tx, l Listing) error {
	if !l.Visible {
		return gone()
	}
	own, err := v.rooms.Own(tx, v.session.Account, l.Seller)
	if err != nil {
		return err
	}
	if own {
		return &value.Error{Kind: value.Conflict, Key: "follow.own_listing", Message: "this is your own listing"}
	}
	return save(tx, v.session.Account, l)
}

// follow follows a seller who has a page, or ends it.
func (d *Desk) follow(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	id, err := value.ParseID(sellerID, r.PathValue("seller"))
	if err != nil {
		return gone()
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	button := FollowButton{Seller: id, SignedIn: true, Next: web.LocalPath(form.Raw("next"), "/following")}
	err = v.write("follow.follow", func(tx *db.Tx) error {
		sellers, err := v.rooms.Sellers(tx, []value.ID{id})
		if err != nil {
			return err
		}
		seller, found := sellers[id]
		button.Name = seller.Name
		if button.Following, err = wanted(tx, form, "following", func(tx *db.Tx) (bool, error) { return Follows(tx, v.session.Account, id) }); err != nil {
			return err
		}
		if !button.Following {
			return stopFollowing(tx, v.session.Account, id)
		}
		if !found {
			return gone()
		}
		return v.startFollowing(tx, id)
	})
	if err != nil {
		return err
	}
	return v.answer(form, "/following", button)
}

func (v *visit) startFollowing(tx *db.Tx, seller value.ID) error {
	own, err := v.rooms.Own(tx, v.session.Account, seller)
	if err != nil {
		return err
	}
	apart, err := v.rooms.Apart(tx, v.session.Account, seller)
	if err != nil {
		return err
	}
	if own || apart { // one answer for both, so that nobody learns who blocked them
		return &value.Error{Kind: value.Conflict, Key: "follow.not_this_seller", Message: "you cannot follow this seller"}
	}
	return startFollowing(tx, v.session.Account, seller)
}

// favouritesView is a page of what somebody saved.
type favouritesView struct {
	Open  []savedCard
	Ended []endedLine
	All   int
	Page  int
	Pages int
}

// savedCard is a listing that can be seen.
type savedCard struct {
	Card  ui.Card
	Heart Heart
	Less  value.Money // than when it was saved; no currency: not less
	More  value.Money
}

// endedLine is one that cannot; without a title it may not be named any more.
type endedLine struct {
	Listing value.ID
	Title   string
	Ended   string
}

const perPage = 24

func (d *Desk) showFavourites(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	view := favouritesView{Page: 1}
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil {
		view.Page = min(max(n, 1), MostFavourites/perPage+1)
	}
	err := v.read(func(tx *db.Tx) (err error) {
		if view.All, err = countFavourites(tx, v.session.Account); err != nil {
			return err
		}
		view.Pages = (view.All + perPage - 1) / perPage
		all, err := favouritesOf(tx, v.session.Account, (view.Page-1)*perPage, perPage)
		if err != nil {
			return err
		}
		return v.fill(tx, &view, all)
	})
	if err != nil {
		return err
	}
	return v.show("follow.favourites.title", favouritesPage(view))
}

func (v *visit) fill(tx *db.Tx, view *favouritesView, all []favourite) error {
	ids := make([]value.ID, len(all))
	for i, f := range all {
		ids[i] = f.listing
	}
	if len(ids) == 0 {
		return nil
	}
	shown, err := v.rooms.Listings(tx, ids)
	for _, f := range all {
		if l, ok := shown[f.listing]; ok && l.Visible {
			view.Open = append(view.Open, v.card(l, f, len(view.Open) < 4))
		} else {
			view.Ended = append(view.Ended, endedLine{f.listing, l.Title, l.Ended})
		}
	}
	return err
}

// followingView is the list of sellers somebody follows; those without a page have no name.
type followingView struct {
	Sellers []Seller
	Gone    []value.ID
}

func (d *Desk) showFollowing(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	var view followingView
	err := v.read(func(tx *db.Tx) error {
		all, err := followingOf(tx, v.session.Account)
		if err != nil || len(all) == 0 {
			return err
		}
		ids := make([]value.ID, len(all))
		for i, f := range all {
			ids[i] = f.seller
		}
		sellers, err := v.rooms.Sellers(tx, ids)
		for _, id := range ids {
			if s, ok := sellers[id]; ok {
				view.Sellers = append(view.Sellers, s)
			} else {
				view.Gone = append(view.Gone, id)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.show("follow.following.title", followingPage(view))
}
