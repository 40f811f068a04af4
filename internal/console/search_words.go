package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/account"
	"fairground/internal/search"
	"fairground/internal/value"
	"fairground/internal/web"
)

const groupsPerPage = 25 // each is tried against the index

// synonymsView is the groups of words that mean the same.
type synonymsView struct {
	v      *visit
	groups []group
	all    int
	filter string
	page   int
	pages  int
	add    string // what stands in the field for a new group
	fault  string // what is wrong with it
	undo   undo
}

// group is one group of words as it is shown, or as somebody typed it.
type group struct {
	was    string // as it is stored: "velo, bicycle"
	typed  string
	fault  string
	finds  string
	failed bool // it could not be tried
}

// undo is what can be taken back: the group that stood there, and the one that stands there now; either may be "".
type undo struct{ was, now string }

func (v *visit) synonyms(w http.ResponseWriter) error {
	q := v.r.URL.Query()
	return v.showSynonyms(w, http.StatusOK, &synonymsView{add: beginning(q.Get("add")), undo: v.offered(q)}, undo{})
}

// beginning is a new group that begins with a word that somebody looked for.
func beginning(word string) string {
	if word = tidyWord(word); word == "" {
		return ""
	}
	return word + ", "
}

// showSynonyms shows a page of the groups. tried is the one that could not be saved, as it was typed.
func (v *visit) showSynonyms(w http.ResponseWriter, status int, view *synonymsView, tried undo) error {
	if err := v.hasSearch(); err != nil {
		return err
	}
	lists, err := v.Search.Words.Synonyms(v.ctx)
	if err != nil {
		return err
	}
	view.v, view.all = v, len(lists)
	view.take(lists, v.r.URL.Query())
	if status != http.StatusConflict {
		view.keep(tried)
	}
	for i := range view.groups {
		v.try(&view.groups[i])
	}
	page, err := v.searchPage(v.t("console.synonyms"), synonymsPath)
	if err != nil {
		return err
	}
	return v.show(w, status, page, view.view())
}

// take chooses the groups of a page, the newest first, those that hold the words of the filter.
func (s *synonymsView) take(lists [][]string, q url.Values) {
	s.filter = tidyWord(q.Get("q"))
	var found []string
	for _, list := range slices.Backward(lists) {
		if text := strings.Join(list, ", "); strings.Contains(strings.ToLower(text), strings.ToLower(s.filter)) {
			found = append(found, text)
		}
	}
	s.pages = max(1, (len(found)+groupsPerPage-1)/groupsPerPage)
	n, _ := strconv.Atoi(q.Get("page")) // what is no number is the first page
	s.page = min(max(n, 1), s.pages)
	for _, text := range found[(s.page-1)*groupsPerPage : min(len(found), s.page*groupsPerPage)] {
		s.groups = append(s.groups, group{was: text, typed: text})
	}
}

// keep shows a group as somebody typed it, with what is wrong, wherever in the list it stands.
func (s *synonymsView) keep(tried undo) {
	if tried.was == "" {
		return
	}
	at := slices.IndexFunc(s.groups, func(g group) bool { return g.was == tried.was })
	if at < 0 {
		at, s.groups = 0, slices.Insert(s.groups, 0, group{was: tried.was})
	}
	s.groups[at].typed, s.groups[at].fault, s.fault = tried.now, s.fault, ""
}

// try asks the index how much a group finds: all its words together, since each stands for the others.
func (v *visit) try(g *group) {
	word, _, _ := strings.Cut(g.was, ",")
	found, err := v.Search.Index.Search(v.ctx, search.Query{Words: word + " ", Limit: 1})
	if err != nil {
		g.failed = true
		return
	}
	g.finds = v.total(found)
}

// total writes how many listings were found.
func (v *visit) total(r search.Result) string {
	n := v.words.Count(r.Total)
	if !r.Exact {
		n += "+"
	}
	return n
}

// trial tells how much each word of a new group finds by itself, while it is typed.
func (v *visit) trial(w http.ResponseWriter) error {
	if err := v.hasSearch(); err != nil {
		return err
	}
	var parts []string
	for _, word := range splitGroup(v.r.URL.Query().Get("words")) {
		if len(parts) == search.MostAlikeWords {
			break
		}
		found, err := v.Search.Index.Search(v.ctx, search.Query{Words: word + " ", Limit: 1, Literal: true})
		if err != nil && value.KindOf(err) != value.Invalid {
			return err
		}
		parts = append(parts, v.t("console.synonyms.each", "word", word, "count", v.total(found)))
	}
	return web.Render(w, v.r, http.StatusOK, trialResult(strings.Join(parts, " · ")))
}

// saveSynonyms puts one group in the place of another: a new one in the place of none, none in the place of one.
func (v *visit) saveSynonyms(w http.ResponseWriter) error {
	if err := v.hasSearch(); err != nil {
		return err
	}
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	typed := undo{was: f.Raw("was"), now: f.Raw("words")}
	if f.Raw("do") == "remove" {
		typed.now = ""
	}
	done, err := v.putGroup(typed)
	if err == nil {
		return v.goOn(w, v.undoPath(done), v.t("console.synonyms.saved"))
	}
	known, unknown := v.faultsOf(err, "synonyms")
	if unknown != nil {
		return unknown
	}
	view := &synonymsView{fault: known["synonyms"] + known[""]}
	if typed.was == "" || value.KindOf(err) == value.Conflict {
		view.add = typed.now
	}
	return v.showSynonyms(w, statusOf(err), view, typed)
}

// putGroup returns what it put where, tidied.
func (v *visit) putGroup(typed undo) (undo, error) {
	lists, err := v.Search.Words.Synonyms(v.ctx)
	if err != nil {
		return undo{}, err
	}
	at := len(lists)
	if typed.was != "" {
		at = slices.IndexFunc(lists, func(list []string) bool { return strings.Join(list, ", ") == typed.was })
		if at < 0 {
			return undo{}, &value.Error{Kind: value.Conflict, Key: "console.synonyms.changed", Message: "somebody else changed this group meanwhile; look at it again"}
		}
	}
	words := splitGroup(typed.now)
	if typed.now != "" || typed.was == "" {
		if err := checkGroup(words); err != nil {
			return undo{}, err
		}
	}
	lists = slices.Delete(slices.Clone(lists), at, min(at+1, len(lists)))
	if len(words) > 0 {
		lists = slices.Insert(lists, at, words)
	}
	if err := v.Search.Words.SetSynonyms(v.ctx, v.me.Actor(), lists); err != nil {
		return undo{}, refused(err)
	}
	if len(words) == 0 {
		return undo{was: typed.was}, nil
	}
	lists, err = v.Search.Words.Synonyms(v.ctx) // words that differ by their endings alone were one to it
	if err != nil || at >= len(lists) {
		return undo{}, err
	}
	return undo{typed.was, strings.Join(lists[at], ", ")}, nil
}

// refused words what package search says against a group, which names it by its line in a list that nobody sees here.
func refused(err error) error {
	var known *value.Error
	if !errors.As(err, &known) || known.Kind != value.Invalid || known.Key != "" {
		return err
	}
	return &value.Error{Kind: value.Invalid, Field: "synonyms", Key: "console.synonyms.refused", Message: "these words cannot be a group", Err: err}
}

// checkGroup says what is wrong with a group in the reader's language; package search has the last word.
func checkGroup(words []string) error {
	fault := func(key, english string, args ...any) error {
		return &value.Error{Kind: value.Invalid, Field: "synonyms", Key: "console.synonyms." + key, Message: english, Args: args}
	}
	switch {
	case len(words) < 2:
		return fault("too_few", "write two words or more that mean the same, with commas between")
	case len(words) > search.MostAlikeWords:
		return fault("too_many", "a group has at most so many words", "most", search.MostAlikeWords)
	}
	for _, word := range words {
		if utf8.RuneCountInString(word) > search.LongestSynonym {
			return fault("too_long", "a word is too long", "most", search.LongestSynonym)
		}
		if !strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			return fault("no_word", "there is something without a letter or a digit", "word", word)
		}
	}
	return nil
}

// splitGroup takes "velo, bicycle" apart. Empty words and repeated ones go.
func splitGroup(text string) []string {
	var words []string
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		word := tidyWord(part)
		if word != "" && !slices.ContainsFunc(words, func(other string) bool { return strings.EqualFold(other, word) }) {
			words = append(words, word)
		}
	}
	return words
}

func tidyWord(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, " "), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// undoPath leads back to the groups, with what can be taken back. It is sealed, so that no link from elsewhere offers
// to change the words of a site.
func (v *visit) undoPath(u undo) string {
	q := url.Values{"was": {u.was}, "now": {u.now}, "seal": {v.seal(u)}}
	return synonymsPath + "?" + q.Encode()
}

func (v *visit) offered(q url.Values) undo {
	u := undo{q.Get("was"), q.Get("now")}
	if !hmac.Equal([]byte(q.Get("seal")), []byte(v.seal(u))) {
		return undo{}
	}
	return u
}

func (v *visit) seal(u undo) string {
	mac := hmac.New(sha256.New, v.site.Key("console search undo"))
	mac.Write([]byte(v.me.Account.String() + "\x00" + u.was + "\x00" + u.now))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

func (u undo) isNone() bool { return u.was == "" && u.now == "" }

func (s *synonymsView) mayEdit() bool { return s.v.may(account.SettingsEdit) }

// pageHref is the address of a page of the groups; "" where there is none.
func (s *synonymsView) pageHref(page int) string {
	if page < 1 || page > s.pages {
		return ""
	}
	q := url.Values{"page": {strconv.Itoa(page)}}
	if s.filter != "" {
		q.Set("q", s.filter)
	}
	return synonymsPath + "?" + q.Encode()
}
