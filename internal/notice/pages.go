package notice

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

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
	small := web.BodyLimit(64 << 10)
	lookups := web.Limit(d.lookups, web.ClientNetwork, account.Public)
	m.Handle("GET /notice", account.Public, d.choose)
	m.Handle("GET /notice/flaggers", account.Public, d.showTrusted)
	m.Handle("GET /notice/filed", lookups, d.showFiled)
	m.Handle("GET /notice/{lane}", account.Public, d.showForm)
	m.Handle("POST /notice/{lane}", account.Public, d.take, small)
	m.Handle("GET /console/safety/reporters", account.May(account.NoticesSee), d.showReporters)
	m.Handle("POST /console/safety/reporters/{key}", account.May(account.NoticesDecide), d.treat, small)
	m.Handle("POST /console/safety/flaggers", account.May(account.NoticesDecide), d.addFlagger, small)
	m.Handle("GET /console/safety/flaggers/{id}", account.May(account.NoticesSee), d.showFlagger)
	m.Handle("POST /console/safety/flaggers/{id}", account.May(account.NoticesDecide), d.changeFlagger, small)
	m.Handle("POST /console/safety/baseless/{notice}", account.May(account.NoticesDecide), d.markNotice, small)
}

// private keeps a page out of caches and its address out of what the next site is told.
func private(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
}

func (d *Desk) choose(w http.ResponseWriter, r *http.Request) error {
	private(w)
	return web.Render(w, r, http.StatusOK, d.config.Page(r, text.T(r.Context(), "notice.title"), choosePage(r.URL.Query().Get("about"))))
}

// form is the form of a lane as it stands on the page.
type form struct {
	Report
	Typed   string // the addresses
	Grounds []ui.Option
	Shown   []Photo           // takedown: of the one address there is, to tell which is meant
	Wrong   map[string]string // by field, in words
	Problem string            // of the whole
}

func (d *Desk) showForm(w http.ResponseWriter, r *http.Request) error {
	lane := Lane(r.PathValue("lane"))
	if !lane.known() {
		return value.Errorf(value.NotFound, "there is no such way to report")
	}
	f := form{Report: Report{Lane: lane}, Typed: value.Clip(r.URL.Query().Get("about"), longestLine)}
	if f.Typed != "" {
		if target, err := d.config.Find(r, f.Typed); err == nil {
			f.offer([]Target{target})
		}
	}
	return d.render(w, r, http.StatusOK, f)
}

// offer lets somebody tick which photos are meant, when they are those of one thing.
func (f *form) offer(targets []Target) {
	if f.Lane == Takedown && len(targets) == 1 && len(targets[0].Photos) > 1 && targets[0].Meant == "" {
		f.Shown = targets[0].Photos
	}
}

func (d *Desk) render(w http.ResponseWriter, r *http.Request, status int, f form) error {
	private(w)
	f.Grounds = d.config.Grounds(r.Context())
	return web.Render(w, r, status, d.config.Page(r, text.T(r.Context(), "notice.lane."+string(f.Lane)), formPage(f)))
}

// take files what somebody sent, or shows the form again with what is wrong and all that was typed.
func (d *Desk) take(w http.ResponseWriter, r *http.Request) error {
	lane := Lane(r.PathValue("lane"))
	if !lane.known() {
		return value.Errorf(value.NotFound, "there is no such way to report")
	}
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	f := readForm(sent, lane, text.FromContext(r.Context()).Locale())
	f.Wrong = f.check()
	if err := d.pace(lane).Allow(web.ClientNetwork(r)); err != nil {
		return d.slow(w, r, f)
	}
	targets := d.find(r, &f)
	if err := sent.Err(); err != nil {
		f.Problem = text.Error(r.Context(), err)
	}
	f.offer(targets)
	if len(f.Wrong) > 0 || f.Problem != "" {
		f.speak(r.Context())
		return d.render(w, r, http.StatusUnprocessableEntity, f)
	}
	filed, err := d.file(r.Context(), site.From(r.Context()), account.From(r.Context()).Actor(), web.ClientNetwork(r), f.Report, targets)
	if status := f.refused(r.Context(), err); status != 0 {
		return d.render(w, r, status, f)
	}
	if err != nil {
		return err
	}
	var codes []string
	for _, one := range filed {
		codes = append(codes, "code="+one.Code)
	}
	return web.Redirect(w, r, "/notice/filed?"+strings.Join(codes, "&"))
}

// pace is the limiter of a lane. Many people may share one network, and those who are harmed are not to be kept waiting: theirs only
// stops a flood.
func (d *Desk) pace(lane Lane) *web.Limiter {
	if lane.limited() {
		return d.reports
	}
	return d.urgent
}

// slow shows the form again with all that was typed, and says when it can be sent.
func (d *Desk) slow(w http.ResponseWriter, r *http.Request, f form) error {
	wait := 3 * time.Minute // in which one more report is allowed; see New
	if !f.Lane.limited() {
		wait = time.Minute
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
	f.Wrong, f.Problem = nil, text.T(r.Context(), "notice.slow", "minutes", int(wait.Minutes()))
	return d.render(w, r, http.StatusTooManyRequests, f)
}

func readForm(sent *web.Form, lane Lane, locale value.Locale) form {
	f := form{Typed: sent.Text("addresses", 4000), Report: Report{
		Lane: lane, Ground: sent.Line("ground", 40), Explanation: sent.Text("explanation", 20_000), Name: sent.Line("name", 1000), Email: strings.TrimSpace(sent.Raw("email")),
		Capacity: sent.Line("capacity", 1000), Work: sent.Text("work", 20_000), Basis: Basis(sent.Line("basis", 40)), Reference: sent.Line("reference", 1000), Sworn: sent.Bool("sworn"),
		Key: sent.Line("key", 100), Locale: locale,
	}}
	f.Addresses, f.Photos = addressesOf(f.Typed), sent.All("photo")
	return f
}

// find looks up what the addresses show; one that shows nothing is a fault of the field.
func (d *Desk) find(r *http.Request, f *form) (targets []Target) {
	if f.Wrong["addresses"] != "" {
		return nil
	}
	for _, address := range f.Addresses {
		target, err := d.config.Find(r, address)
		if err != nil {
			f.Wrong["addresses"] = text.T(r.Context(), "notice.fault.unknown", "address", value.Clip(address, 80))
			return nil
		}
		targets = append(targets, target)
	}
	return targets
}

// speak puts the faults into the reader's words. A fault that has been said already has no key.
func (f *form) speak(ctx context.Context) {
	for field, key := range f.Wrong {
		if strings.HasPrefix(key, "notice.fault.") {
			f.Wrong[field] = text.T(ctx, key, "count", MostAddresses, "most", longestStatement)
		}
	}
}

// refused puts an error that belongs on the form there and returns the status to answer with; 0 for other errors.
func (f *form) refused(ctx context.Context, err error) int {
	var known *value.Error
	if !errors.As(err, &known) {
		return 0
	}
	switch {
	case known.Kind == value.Invalid && known.Field != "":
		f.Wrong = map[string]string{known.Field: text.Error(ctx, known)}
		return http.StatusUnprocessableEntity
	case known.Kind == value.Limited:
		f.Problem = text.Error(ctx, known)
		return http.StatusTooManyRequests
	default:
		return 0
	}
}

// showFiled shows the codes. They are all the page knows, and each is shown again by its own page only.
func (d *Desk) showFiled(w http.ResponseWriter, r *http.Request) error {
	var codes []string
	for _, code := range r.URL.Query()["code"] {
		if len(codes) < MostAddresses && len(code) == 23 {
			codes = append(codes, code)
		}
	}
	if len(codes) == 0 {
		return web.Redirect(w, r, "/notice")
	}
	private(w)
	warned, err := d.warnedAt(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, d.config.Page(r, text.T(r.Context(), "notice.filed"), filedPage(codes, warned)))
}

// warnedAt is the warning that stands for somebody who reports without an address, known by their network; empty: none. Who gave an
// address had a letter.
func (d *Desk) warnedAt(r *http.Request) (reason string, err error) {
	s := site.From(r.Context())
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		known, err := findNotifier(tx, notifierKey(s, "", web.ClientNetwork(r)))
		if value.KindOf(err) == value.NotFound {
			return nil
		}
		if !known.Warned.IsZero() {
			reason = known.Reason
		}
		return err
	})
	return reason, err
}

// showTrusted is the public list of those whose notices come first.
func (d *Desk) showTrusted(w http.ResponseWriter, r *http.Request) error {
	var all []Trusted
	err := site.From(r.Context()).DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		all, err = trustedNow(tx)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, d.config.Page(r, text.T(r.Context(), "notice.trusted.title"), trustedPage(all)))
}
