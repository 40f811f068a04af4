package web

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"fairground/internal/value"
)

func formOf(t *testing.T, values url.Values) *Form {
	t.Helper()
	r := httptest.NewRequest("POST", "/", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	f, err := ReadForm(r)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFormReadsTypes(t *testing.T) {
	id := value.NewIDs(value.SystemClock{}, 1).Next()
	f := formOf(t, url.Values{
		"title": {"  Red bicycle "}, "text": {"one\r\ntwo\x07\rthree\n"}, "count": {"12"}, "lat": {"47.5"}, "agree": {"on"}, "off": {"false"},
		"email": {"Mia@Example.org"}, "price": {"12.50"}, "listing": {id.Text("lst")}, "sort": {"newest"}, "tag": {" a", "", "b"}, "word": {" pass word "},
	})
	got := fmt.Sprint(f.Line("title", 20), "|", f.Text("text", 20), "|", f.Int("count", 1, 20), "|", f.Float("lat", -90, 90), "|", f.Bool("agree"), f.Bool("off"), f.Bool("none"),
		"|", f.Email("email"), "|", f.Money("price", "CHF"), "|", f.ID("listing", "lst") == id, "|", f.Choice("sort", "newest", "price"), "|", f.All("tag"), "|", f.Secret("word", 20))
	want := "Red bicycle|one\ntwo\nthree|12|47.5|truefalsefalse|mia@example.org|{1250 CHF}|true|newest|[a b]| pass word "
	if strings.ReplaceAll(got, "true false false", "truefalsefalse") != want || !f.Valid() || f.Err() != nil {
		t.Errorf("got  %s\nwant %s\nerrors %v", got, want, f.Errors())
	}
}

func TestFormKeepsErrorsByField(t *testing.T) {
	f := formOf(t, url.Values{
		"title": {"a\nb"}, "long": {strings.Repeat("ü", 11)}, "count": {"1e3"}, "big": {"99"}, "lat": {"NaN"}, "email": {"mia@"}, "price": {"-1"},
		"listing": {"per_1"}, "sort": {"'; drop"}, "word": {strings.Repeat("x", 99)}, "empty": {"  "},
	})
	f.Line("title", 20)
	f.Text("long", 10)
	f.Int("count", 0, 9999)
	f.Int("big", 1, 20)
	f.Float("lat", -90, 90)
	f.Email("email")
	f.Money("price", "CHF")
	f.ID("listing", "lst")
	f.Choice("sort", "newest")
	f.Secret("word", 72)
	f.Require("empty", "missing", "title")
	for _, name := range []string{"title", "long", "count", "big", "lat", "email", "price", "listing", "sort", "word", "empty", "missing"} {
		if err := f.Error(name); err == nil || err.Field != name || err.Kind != value.Invalid {
			t.Errorf("%s: %+v", name, err)
		}
	}
	if len(f.Errors()) != 12 || f.Valid() || value.KindOf(f.Err()) != value.Invalid {
		t.Errorf("%d errors: %v", len(f.Errors()), f.Err())
	}
	if f.Raw("title") != "a\nb" {
		t.Error("the form cannot be shown again as it was")
	}
}

func TestFormNotesErrorsOfFeatures(t *testing.T) {
	f := formOf(t, url.Values{})
	if err := f.Note(fmt.Errorf("listing.Edit: %w", value.Fieldf("price", "too low").Because(io.EOF))); err != nil {
		t.Errorf("a field's error came back: %v", err)
	}
	if e := f.Error("price"); e == nil || e.Err != nil {
		t.Errorf("noted %+v", e)
	}
	if err := f.Note(value.Errorf(value.Conflict, "gone")); err == nil {
		t.Error("an error without a field was swallowed")
	}
	if f.Note(nil) != nil {
		t.Error("nil became an error")
	}
}

func TestBadForms(t *testing.T) {
	many := strings.Repeat("a=1&", 600)
	for name, c := range map[string]struct {
		kind, body string
		status     int
	}{
		"invalid UTF-8":     {"application/x-www-form-urlencoded", "title=%ff%fe", 422},
		"invalid name":      {"application/x-www-form-urlencoded", "%ff=1", 422},
		"NUL":               {"application/x-www-form-urlencoded", "title=a%00b", 422},
		"broken escape":     {"application/x-www-form-urlencoded", "title=%zz", 422},
		"too many":          {"application/x-www-form-urlencoded", many, 422},
		"too large":         {"application/x-www-form-urlencoded", "title=" + strings.Repeat("a", 20_000), 413},
		"no type":           {"", "title=a", 422},
		"another type":      {"text/plain", "title=a", 422},
		"no boundary":       {"multipart/form-data", "x", 422},
		"cut multipart":     {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nhalf", 422},
		"multipart, no UTF": {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--b--\r\n", 422},
		"good":              {"application/x-www-form-urlencoded; charset=utf-8", "title=a", 200},
	} {
		b := newBench(Config{Body: 10_000})
		b.Handle("POST /x", public, func(w http.ResponseWriter, r *http.Request) error {
			_, err := ReadForm(r)
			return err
		})
		for _, chunked := range []bool{false, true} {
			r := httptest.NewRequest("POST", "/x", strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.kind)
			if chunked {
				r.ContentLength = -1
			}
			if answer := b.do(r); answer.StatusCode != c.status {
				t.Errorf("%s (chunked %v): %d %s, want %d", name, chunked, answer.StatusCode, body(t, answer), c.status)
			}
		}
	}
	if _, err := ReadQuery(httptest.NewRequest("GET", "/?q=%ff", nil)); value.KindOf(err) != value.Invalid {
		t.Errorf("query: %v", err)
	}
}

func upload(t *testing.T, sizes ...int) *http.Request {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i, size := range sizes {
		part, err := m.CreateFormFile("photo", fmt.Sprintf("p%d.jpg", i))
		if err != nil {
			t.Fatal(err)
		}
		part.Write(bytes.Repeat([]byte("x"), size))
	}
	m.Close()
	r := httptest.NewRequest("POST", "/x", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return r
}

func TestUploads(t *testing.T) {
	b := newBench(Config{})
	var temporary string
	b.Handle("POST /x", public, func(w http.ResponseWriter, r *http.Request) error {
		f, err := ReadForm(r)
		if err != nil {
			return err
		}
		f.Require("photo")
		files := f.Files("photo", 3<<20)
		for _, file := range files {
			open, err := file.Open()
			if err != nil {
				return err
			}
			if onDisk, ok := open.(*os.File); ok {
				temporary = onDisk.Name()
			}
			open.Close()
		}
		fmt.Fprintf(w, "%d files", len(files))
		return f.Err()
	}, BodyLimit(8<<20))
	b.Before(func(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
		return r.WithContext(r.Context()), nil
	})
	if r := b.do(upload(t, 100, 2<<20)); r.StatusCode != 200 || body(t, r) != "2 files" {
		t.Errorf("two photos: %d", r.StatusCode)
	}
	if _, err := os.Stat(temporary); temporary == "" || !os.IsNotExist(err) {
		t.Errorf("the temporary file %q is still there: %v", temporary, err)
	}
	if r := b.do(upload(t, 4<<20)); r.StatusCode != 422 {
		t.Errorf("one too large: %d", r.StatusCode)
	}
	if r := b.do(upload(t, 9<<20)); r.StatusCode != 413 {
		t.Errorf("all too large: %d", r.StatusCode)
	}
	if r := b.do(upload(t)); r.StatusCode != 422 {
		t.Errorf("none: %d", r.StatusCode)
	}
}

func TestReadJSON(t *testing.T) {
	type listing struct{ Title string }
	for name, c := range map[string]struct {
		kind, body string
		status     int
	}{
		"good":          {"application/json; charset=utf-8", `{"title":"bicycle"}`, 200},
		"10 MB":         {"application/json", `{"title":"` + strings.Repeat("a", 10<<20) + `"}`, 413},
		"deep":          {"application/json", strings.Repeat("[", 500_000), 422},
		"no JSON":       {"application/json", `{"title":`, 422},
		"empty":         {"application/json", ``, 422},
		"trailing":      {"application/json", `{"title":"a"} {"title":"b"}`, 422},
		"unknown field": {"application/json", `{"titel":"a"}`, 422},
		"wrong type":    {"application/json", `{"title":7}`, 422},
		"invalid UTF-8": {"application/json", "{\"title\":\"\xff\"}", 422},
		"NUL":           {"application/json", `{"title":"a\u0000"}`, 422},
		"form":          {"application/x-www-form-urlencoded", `{"title":"a"}`, 415},
	} {
		b := newBench(Config{})
		b.Handle("POST /x", public, func(w http.ResponseWriter, r *http.Request) error {
			var l listing
			if err := ReadJSON(r, &l); err != nil {
				return err
			}
			return WriteJSON(w, 200, l)
		})
		for _, chunked := range []bool{false, true} {
			r := httptest.NewRequest("POST", "/x", strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.kind)
			if chunked {
				r.ContentLength = -1
			}
			answer := b.do(r)
			if text := body(t, answer); answer.StatusCode != c.status || strings.Contains(text, "Go ") || text == "" {
				t.Errorf("%s (chunked %v): %d %.80s", name, chunked, answer.StatusCode, text)
			}
		}
	}
}

func FuzzForm(f *testing.F) {
	f.Add("title=a&price=12.50&photo=%ff")
	f.Add("a=%00&&=&;")
	f.Fuzz(func(t *testing.T, text string) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(text))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		form, err := ReadForm(r)
		if err != nil {
			if value.KindOf(err) != value.Invalid {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		for _, name := range form.Names() {
			line := form.Line(name, 100)
			if !validText(line) || strings.ContainsAny(line, "\r\n") {
				t.Errorf("%q let through %q", text, line)
			}
		}
	})
}
