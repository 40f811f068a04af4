package profile

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"fairground/internal/safety"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// editor is the page on which a profile is written.
type editor struct {
	v        *visit
	seller   Seller
	profile  Profile
	public   Shown // as everybody sees it now
	business bool
	opening  bool // a shop that does not exist yet
	action   string
	flash    string
	shops    []held // that the member acts for
	fault    string // what is wrong and belongs to no field
	grounds  []string

	fields    map[string]string // as they were typed
	languages []string
	showPhone bool
	kept      Photo
	keptToken string
	shopToken string // of a shop to be
	errors    map[string]string
}

const (
	closedRows  = 2 // offered at least
	largestFile = 20 << 20
)

// fill puts a stored content into the form.
func (e *editor) fill(c Content) {
	e.fields = map[string]string{"name": c.Name, "about": c.About, "town": c.Town, "street": c.Street, "postcode": c.Postcode,
		"website": c.Website, "phone": "", "imprint": c.Imprint}
	if c.Phone != "" {
		e.fields["phone"] = phoneText(c.Phone)
	}
	for day, spans := range c.Hours.Week {
		e.fields[dayField(time.Weekday(day))] = dayText(spans)
	}
	for i, closed := range c.Hours.Closed {
		e.fields[closedField(i, "from")], e.fields[closedField(i, "to")], e.fields[closedField(i, "note")] = closed.From, closed.To, closed.Note
	}
	for _, l := range c.Languages {
		e.languages = append(e.languages, string(l))
	}
	e.showPhone = c.ShowPhone
	e.keep(c.Photo)
}

func dayField(day time.Weekday) string { return "hours_" + weekdayKeys[day] }

func closedField(row int, part string) string { return fmt.Sprintf("closed_%d_%s", row, part) }

// refill puts what was typed back into the form, with what is wrong with it.
func (e *editor) refill(form *web.Form, photo Photo) {
	e.fields, e.errors = map[string]string{}, map[string]string{}
	for _, name := range form.Names() {
		e.fields[name] = form.Raw(name)
	}
	for _, err := range form.Errors() {
		e.errors[err.Field] = text.Error(e.v.r.Context(), err)
	}
	e.languages, e.showPhone = form.All("languages"), form.Bool("show_phone")
	e.keep(photo)
}

// read takes the content out of the form. What is wrong stands in the form afterwards.
func (v *visit) readContent(form *web.Form, business bool) (Content, error) {
	c := Content{Name: form.Raw("name"), About: form.Text("about", 20_000), Town: form.Raw("town")}
	for _, l := range form.All("languages") {
		c.Languages = append(c.Languages, value.Locale(l))
	}
	if business {
		v.readShop(form, &c)
	}
	photo, err := v.readPhoto(form)
	c.Photo = photo
	return c, err
}

func (v *visit) readShop(form *web.Form, c *Content) {
	c.Street, c.Postcode, c.Website = form.Raw("street"), form.Raw("postcode"), form.Raw("website")
	c.Imprint = form.Text("imprint", 20_000)
	if written := strings.TrimSpace(form.Raw("phone")); written != "" {
		phone, err := value.ParsePhone(written, v.settings.Country)
		if err != nil {
			form.Add(fieldError("phone", "profile.error.phone", "write a telephone number such as +41 44 668 18 00"))
		}
		c.Phone = phone
	}
	c.ShowPhone = form.Bool("show_phone")
	for day := range c.Hours.Week {
		field := dayField(time.Weekday(day))
		spans, err := parseDay(field, form.Raw(field))
		noteField(form, err)
		c.Hours.Week[day] = spans
	}
	for row := range mostClosed + closedRows {
		from, to, note := form.Raw(closedField(row, "from")), form.Raw(closedField(row, "to")), form.Line(closedField(row, "note"), longestNote)
		if from == "" && to == "" && note == "" {
			continue
		}
		closed, err := parseClosed(closedField(row, "from"), from, to, line(note))
		noteField(form, err)
		c.Hours.Closed = append(c.Hours.Closed, closed)
	}
}

// noteField notes an error that is known to belong to a field.
func noteField(form *web.Form, err error) {
	if err != nil {
		_ = form.Note(err)
	}
}

// readPhoto returns the photo that was chosen now, or else the one that was there and is kept.
func (v *visit) readPhoto(form *web.Form) (Photo, error) {
	kept := v.open(form.Raw("photo_kept"))
	if form.Bool("photo_remove") {
		kept = Photo{}
	}
	file := form.File("photo", largestFile)
	if file == nil {
		return kept, nil
	}
	content, err := file.Open()
	if err != nil {
		return kept, fmt.Errorf("profile: photo: %w", err)
	}
	defer content.Close()
	p, err := v.room.config.Photos(v.site).Process(v.r.Context(), content)
	if err = form.Note(err); err != nil || !form.Valid() && form.Error("photo") != nil {
		return kept, err
	}
	return Photo{Sha256: p.Sha256, Width: p.Width, Height: p.Height, Colour: p.Colour}, nil
}

// keep puts a photo into the form, so that it is there again when something else was wrong. It is sealed for this
// member: the form takes no photo that was not sent or kept here.
func (e *editor) keep(p Photo) {
	e.kept, e.keptToken = p, ""
	if !p.IsZero() {
		e.keptToken = e.v.seal(p)
	}
}

func (v *visit) seal(p Photo) string {
	content := toJSON(p)
	return base64.RawURLEncoding.EncodeToString(v.mac(content)) + "." + base64.RawURLEncoding.EncodeToString([]byte(content))
}

func (v *visit) mac(content string) []byte {
	mac := hmac.New(sha256.New, v.site.Key("profile photo"))
	mac.Write([]byte(v.me.Account.String() + " " + content))
	return mac.Sum(nil)
}

// open reads what seal wrote; anything else is no photo.
func (v *visit) open(token string) Photo {
	seal, content, _ := strings.Cut(token, ".")
	sum, err := base64.RawURLEncoding.DecodeString(seal)
	body, err2 := base64.RawURLEncoding.DecodeString(content)
	var p Photo
	if err != nil || err2 != nil || !hmac.Equal(sum, v.mac(string(body))) || json.Unmarshal(body, &p) != nil {
		return Photo{}
	}
	return p
}

// choice is one language that can be ticked.
type choice struct {
	Value, Text string
	Ticked      bool
}

// offered are the languages people can tick: those many here speak, and the rest.
var offered = []string{"de", "fr", "it", "en", "rm", "es", "pt", "sq", "sr", "tr", "ar", "uk",
	"bg", "bs", "cs", "da", "el", "fa", "fi", "hi", "hr", "hu", "ja", "ko", "ku", "mk", "nl", "no", "pl", "ro", "ru", "sk", "sl", "so", "sv", "ta", "th", "ti", "ur", "vi", "zh"}

const offeredFirst = 12

// choices returns the languages that are always seen, with those ticked, and the others by their names.
func (e *editor) choices() (first, others []choice) {
	tags := display.Tags(language.Make(string(e.v.words.Locale())))
	for i, code := range offered {
		c := choice{code, tags.Name(language.Make(code)), slices.Contains(e.languages, code)}
		if i < offeredFirst || c.Ticked {
			first = append(first, c)
		} else {
			others = append(others, c)
		}
	}
	slices.SortFunc(others, func(a, b choice) int { return strings.Compare(a.Text, b.Text) })
	return first, others
}

// rows are the indices of the rows of closed days: those that are filled in and a few more.
func (e *editor) rows() []int {
	last := -1
	for i := range mostClosed {
		if e.fields[closedField(i, "from")]+e.fields[closedField(i, "to")]+e.fields[closedField(i, "note")] != "" {
			last = i
		}
	}
	n := min(max(last+2, closedRows), mostClosed)
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// days are the days of the week in the reader's order.
func (e *editor) days() []time.Weekday {
	days := make([]time.Weekday, 7)
	for i := range days {
		days[i] = (e.v.words.WeekStart() + time.Weekday(i)) % 7
	}
	return days
}

// pending is the profile as it would be.
func (e *editor) pending() Shown {
	return Shown{Seller: e.seller, Content: e.profile.Pending.public(), HasProfile: true, Answers: e.public.Answers}
}

func (e *editor) face(s Shown) Face {
	return Face{Shown: s, At: e.v.site.DB.Clock().Now(), Zone: e.v.settings.Location()}
}

// why says for what reasons the newer content is not public, in the reader's language.
func why(s safety.Screening, p Profile, locale value.Locale) []string {
	if p.Reason != "" {
		return []string{p.Reason}
	}
	if s.Hash != p.pendingHash {
		return nil
	}
	var all []string
	for _, f := range s.Firings {
		if f.Shadow || f.Outcome < safety.Challenge {
			continue
		}
		ground := f.Ground[locale.Language()]
		if ground == "" {
			ground = f.Ground["en"]
		}
		if ground != "" && !slices.Contains(all, ground) {
			all = append(all, ground)
		}
	}
	return all
}

// status of an answer whose form has something wrong.
func statusOf(err error) int {
	if err == nil {
		return http.StatusUnprocessableEntity
	}
	return web.StatusOf(err)
}
