package bank

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// hashes are three good ones for the lists of these tests.
func hashes() [3]string {
	chance := rand.New(rand.NewPCG(21, 22))
	return [3]string{hashByChance(chance).String(), hashByChance(chance).String(), hashByChance(chance).String()}
}

func TestReadRows(t *testing.T) {
	t.Parallel()
	h := hashes()
	sha := strings.Repeat("0a", 32)
	zero := strings.Repeat("0", 64)
	for name, c := range map[string]struct{ list, want string }{
		"only hashes":         {h[0] + "\n" + h[1] + "\r\n\n# a remark\n" + strings.ToUpper(h[2]), "1 pdq, 2 pdq, 5 pdq"},
		"quality and reason":  {"hash,quality,reason\n" + h[0] + ",80,scam\n" + h[1] + ",30,scam\n", "2 pdq q80 (scam), 3 quality q30 (scam)"},
		"semicolons":          {"sha256;pdq;quality\n" + sha + ";" + h[0] + ";100\n;" + h[1] + ";77\n" + sha + ";;\n", "2 pdq+sha q100, 3 pdq q77, 4 sha"},
		"a byte order mark":   {"\ufeffpdq\n" + h[0], "2 pdq"},
		"tabs":                {h[0] + "\tmore", "1 pdq"},
		"bad rows":            {"abc\n" + strings.Repeat("x", 64) + "\n" + zero + "\n" + h[0] + "\n", "1 length, 2 hex, 3 generic, 4 pdq"},
		"odd quality":         {"pdq,quality\n" + h[0] + ",lots\n" + h[1] + ",NaN\n" + h[2] + ",101\n", "2 unreadable, 3 unreadable, 4 unreadable"},
		"nothing in a row":    {"pdq,quality\n,50\n", "2 no_hash q50"},
		"empty":               {"", ""},
		"white space":         {" \n\n", ""},
		"json array":          {"[\n{\"pdq\":\"" + h[0] + "\",\"quality\":66},\n\"" + h[1] + "\",\n7]", "2 pdq q66, 3 pdq, 4 unreadable"},
		"json lines":          {"{\"signal\":\"" + h[0] + "\",\"signal_type\":\"pdq\"}\n{\"signal\":\"" + sha + "\",\"signal_type\":\"sha256\"}\n", "1 pdq, 2 sha"},
		"exchange":            {"{\"data\":[{\"indicator\":\"" + h[0] + "\",\"type\":\"HASH_PDQ\",\"tags\":[\"scam\"]},\n{\"indicator\":\"x\",\"type\":\"HASH_VIDEO_MD5\"}],\"paging\":{}}", "1 pdq (scam), 2 kind"},
		"taken back":          {"[{\"hash\":\"" + h[0] + "\",\"status\":\"removed\"},{\"hash\":\"" + h[1] + "\",\"enabled\":false},{\"hash\":\"" + h[2] + "\",\"enabled\":true}]", "1 pdq gone, 1 pdq gone, 1 pdq"},
		"an empty list":       {"{\"data\":[]}", ""},
		"numbers as a list":   {"[1,2]", "1 unreadable, 1 unreadable"},
		"an object of no use": {"{\"a\":{\"b\":1}}", "1 no_hash"},
	} {
		var got []string
		err := ReadRows(strings.NewReader(c.list), func(row Row) error {
			got = append(got, short(row))
			return nil
		})
		if strings.Join(got, ", ") != c.want || err != nil {
			t.Errorf("%s: %s, %v\nwant %s", name, strings.Join(got, ", "), err, c.want)
		}
	}
}

func short(row Row) string {
	text := fmt.Sprint(row.Line, " ", row.Wrong)
	if row.Wrong == "" {
		var has []string
		if row.PDQ != nil {
			has = append(has, "pdq")
		}
		if row.Sha256 != "" {
			has = append(has, "sha")
		}
		text = fmt.Sprint(row.Line, " ", strings.Join(has, "+"))
	}
	if row.Quality != pdq.Unhashed {
		text += fmt.Sprint(" q", row.Quality)
	}
	if row.Reason != "" {
		text += " (" + row.Reason + ")"
	}
	if row.Removed {
		text += " gone"
	}
	return text
}

func TestReadRowsStopsAtWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := hashes()
	endless := func(begin, more string) io.Reader { return io.MultiReader(strings.NewReader(begin), &repeat{more}) }
	for name, c := range map[string]struct {
		list io.Reader
		key  string
	}{
		"cut off":          {strings.NewReader("[\"" + h[0] + "\","), "bank.failed.cut"},
		"cut in an object": {strings.NewReader("{\"data\":[{\"pdq\":"), "bank.failed.cut"},
		"no JSON":          {strings.NewReader("[\"" + h[0] + "\" nonsense]"), "bank.failed.json"},
		"one endless line": {endless("", "a"), "bank.failed.line"},
		"endless string":   {endless("[\"", "a"), "bank.failed.line"},
		"endless depth":    {endless("[", "["), "bank.failed.json"},
		"endless spaces":   {endless("", " "), "bank.failed.line"},
	} {
		if err := ReadRows(c.list, func(Row) error { return nil }); failureKey(err) != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	stop := errors.New("stop")
	for _, list := range []string{h[0], "[\"" + h[0] + "\"]"} {
		if err := ReadRows(strings.NewReader(list), func(Row) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("%v", err)
		}
	}
}

// repeat says the same for ever.
type repeat struct{ text string }

func (r *repeat) Read(p []byte) (int, error) {
	n := 0
	for n+len(r.text) <= len(p) {
		n += copy(p[n:], r.text)
	}
	return n, nil
}

func FuzzReadRows(f *testing.F) {
	h := hashes()
	f.Add(h[0] + ",50\n")
	f.Add("[{\"pdq\":\"" + h[0] + "\"}]")
	f.Add("{\"data\":[\"" + h[1] + "\"],\"paging\":{\"next\":\"\"}}")
	f.Add("pdq;sha256\n;;;\"\n")
	f.Fuzz(func(t *testing.T, list string) {
		last := 0
		_ = ReadRows(strings.NewReader(list), func(row Row) error {
			if row.Line < last || row.Line < 1 {
				t.Errorf("line %d after %d", row.Line, last)
			}
			if row.Wrong == "" && row.PDQ == nil && len(row.Sha256) != 64 {
				t.Errorf("a row without a hash passed: %+v", row)
			}
			last = row.Line
			return nil
		})
	})
}

// list takes a list and lets it be imported.
func (w *world) take(bank Bank, text string) Import {
	w.Helper()
	id, err := w.desk.Take(w.Context(), mara, Import{Bank: bank, Name: "list.csv", Source: "a partner", Reason: "known scams", Size: int64(len(text))}, strings.NewReader(text))
	w.ok(err)
	w.jobs()
	i, err := w.desk.findImport(w.Context(), id)
	w.ok(err)
	return i
}

func TestImport(t *testing.T) {
	each(t, func(w *world) {
		h := hashes()
		i := w.take(Prohibited, "pdq,quality,reason\n"+h[0]+",90,phones that never come\n"+h[1]+",20,\n"+h[0]+",90,\nzz,,\n"+h[2]+",,\n")
		if i.State != "done" || i.Done != 5 || i.Added != 2 || i.Known != 1 || i.Refused != 2 || i.Read != i.Size || i.Ended.IsZero() || i.Author != mara.String() {
			w.Errorf("%+v", i)
		}
		if fmt.Sprint(i.Problems) != "[{3 quality} {5 length}]" {
			w.Errorf("%v", i.Problems)
		}
		first, err := pdq.ParseHash(h[0])
		w.ok(err)
		if distance, found := w.match(w.desk, "prohibited", safety.Image{PDQ: flipped(first, 5), Quality: 80}); !found || distance != 5 {
			w.Errorf("%d, %v", distance, found)
		}
		w.read(func(tx *db.Tx) error {
			all, err := Newest(tx, Prohibited, "never come", 0, 10)
			if len(all) != 1 || all[0].Source != "a partner" || all[0].Author != mara.String() {
				w.Errorf("%+v", all)
			}
			imports, _ := Imports(tx, Prohibited, 10)
			if len(imports) != 1 || imports[0].ID != i.ID {
				w.Errorf("%v", imports)
			}
			return err
		})
		if _, err := w.desk.config.Blobs.Open(w.Context(), listKey(i.ID)); value.KindOf(err) != value.NotFound {
			w.Errorf("the list is still there: %v", err)
		}
		if again := w.take(Prohibited, h[0]+"\n"); again.Added != 0 || again.Known != 1 {
			w.Errorf("again: %+v", again)
		}
	})
}

func TestImportGoesOnAfterABreak(t *testing.T) {
	each(t, func(w *world) {
		var text strings.Builder
		for range rowsAtOnce + 20 {
			fmt.Fprintln(&text, hashByChance(w.chance).String())
		}
		broken := "short\n"
		id, err := w.desk.Take(w.Context(), mara, Import{Bank: Removed, Reason: "a test", Size: int64(text.Len() + len(broken))}, strings.NewReader(text.String()+broken))
		w.ok(err)
		i, err := w.desk.findImport(w.Context(), id)
		w.ok(err)
		file, err := w.desk.config.Blobs.Open(w.Context(), listKey(id))
		w.ok(err)
		r := &running{desk: w.desk, i: i, actor: value.SystemActor("bank"), from: &metered{from: file}}
		stop := errors.New("the power fails")
		rows := 0
		err = ReadRows(r.from, func(row Row) error {
			if rows++; rows > rowsAtOnce {
				return stop
			}
			return r.row(w.Context(), row)
		})
		file.Close()
		if !errors.Is(err, stop) || failureKey(err) != "" {
			w.Fatal(err)
		}
		if half, _ := w.desk.findImport(w.Context(), id); half.Done != rowsAtOnce || half.State != "waiting" || half.Read == 0 {
			w.Fatalf("%+v", half)
		}
		w.jobs()
		if i, _ = w.desk.findImport(w.Context(), id); i.State != "done" || i.Added != rowsAtOnce+20 || i.Known != 0 || i.Refused != 1 || i.Problems[0].Line != rowsAtOnce+21 {
			w.Errorf("%+v", i)
		}
	})
}

func TestImportFails(t *testing.T) {
	each(t, func(w *world) {
		if i := w.take(Removed, "[\""+hashes()[0]+"\", "); i.State != "failed" || i.Failure != "bank.failed.cut" || i.Ended.IsZero() {
			w.Errorf("%+v", i)
		}
		w.match(w.desk, "", w.photo())
		w.desk.config.Most_bytes = 1000
		if i := w.take(Removed, hashes()[1]+"\n"); i.State != "failed" || i.Failure != "bank.failed.too_large" || i.Added != 0 {
			w.Errorf("%+v", i)
		}
		for name, i := range map[string]Import{
			"no reason": {Bank: Removed, Size: 5}, "no file": {Bank: Removed, Reason: "x"}, "no bank": {Bank: "other", Reason: "x", Size: 5},
			"too large": {Bank: Removed, Reason: "x", Size: MostListBytes + 1},
		} {
			if _, err := w.desk.Take(w.Context(), mara, i, strings.NewReader("hello")); value.KindOf(err) != value.Invalid && value.KindOf(err) != value.NotFound {
				w.Errorf("%s: %v", name, err)
			}
		}
	})
}

// shelf is a provider as a fixture: pages of made-up hashes.
type shelf struct {
	pages map[string][]Row
	next  map[string]string
	fail  error
	asked []string
}

func (*shelf) Name() string { return "fixture" }
func (*shelf) Bank() Bank   { return Illegal }
func (s *shelf) Pull(_ context.Context, place string, page func([]Row) error) (string, error) {
	s.asked = append(s.asked, place)
	if err := page(s.pages[place]); err != nil {
		return "", err
	}
	return s.next[place], s.fail
}

func TestProvider(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.photo(), w.photo()
		w.learn(Illegal, b)
		w.provided.pages = map[string][]Row{
			"":    {{PDQ: &a.PDQ, Quality: 90}, {PDQ: &b.PDQ, Quality: 90}, {Wrong: TooGeneric}},
			"one": {{PDQ: &a.PDQ, Removed: true}, {PDQ: &b.PDQ, Removed: true}, {Sha256: b.Sha256, Removed: true}},
		}
		w.provided.next = map[string]string{"": "one", "one": "two"}
		w.ok(w.desk.Pull(w.Context(), w.provided))
		if _, found := w.match(w.desk, "illegal", w.like(a, 3)); !found {
			w.Error("not pulled")
		}
		w.provided.fail = errors.New("the line broke")
		if err := w.desk.Pull(w.Context(), w.provided); !errors.Is(err, w.provided.fail) {
			w.Errorf("%v", err)
		}
		w.provided.fail = nil
		w.ok(w.desk.Pull(w.Context(), w.provided))
		if _, found := w.match(w.desk, "", a); found {
			w.Error("what was taken back still matches")
		}
		if _, found := w.match(w.desk, "", b); !found {
			w.Error("the provider took back what this site added itself")
		}
		if got := strings.Join(w.provided.asked, ","); got != ",one,one" {
			w.Errorf("asked for %s", got)
		}
	})
}

func TestExchange(t *testing.T) {
	t.Parallel()
	h := hashes()
	var server *httptest.Server
	var foreign bool
	server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer secret":
			http.Error(rw, "no", http.StatusForbidden)
		case foreign:
			fmt.Fprint(rw, `{"data":[],"paging":{"next":"https://elsewhere.example/page"}}`)
		case r.URL.Query().Get("after") == "":
			fmt.Fprintf(rw, `{"data":[{"indicator":%q,"type":"HASH_PDQ"}],"paging":{"next":"%s/list?after=1"}}`, h[0], server.URL)
		default:
			fmt.Fprintf(rw, `{"data":[{"indicator":%q,"type":"HASH_PDQ","status":"REMOVED"}]}`, h[1])
		}
	}))
	defer server.Close()
	e := Exchange{Title: "a partner", Into: Illegal, Address: server.URL + "/list", Key: "secret", Client: server.Client()}
	var got []string
	next, err := e.Pull(t.Context(), "", func(rows []Row) error {
		for _, row := range rows {
			got = append(got, short(row))
		}
		return nil
	})
	if err != nil || next != server.URL+"/list?after=1" || strings.Join(got, ", ") != "1 pdq, 1 pdq gone" {
		t.Errorf("%v, next %s, %v", got, next, err)
	}
	foreign = true
	if _, err := e.Pull(t.Context(), next, func([]Row) error { return nil }); err == nil || !strings.Contains(err.Error(), "host") {
		t.Errorf("the key went to another host: %v", err)
	}
	e.Key = "wrong"
	if _, err := e.Pull(t.Context(), "", func([]Row) error { return nil }); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("%v", err)
	}
}
