package bank

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/media/pdq"
	"fairground/internal/media/pdq/edit"
	"fairground/internal/safety"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

// TestInBrowser opens every page wide, narrow, dark and in German, and finds faults of accessibility and of layout. It looks up a
// photo as staff do.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	w := newOffice(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), []db.Schema{job.Schema(), Schema()}))
	picture := edit.Scene(500, 400, 3)
	hash, _ := pdq.Of(picture)
	near, far := flipped(hash, 14), flipped(hash, 50)
	w.ok(w.Site.DB.Write(w.Context(), value.SystemActor("test"), "test", func(tx *db.Tx) error {
		return errors.Join(
			w.desk.Add(tx, Entry{Bank: Removed, PDQ: &near, Quality: 90, Source: "decision", Reason: "The same bicycle from eleven accounts"}),
			w.desk.Add(tx, Entry{Bank: Stock, PDQ: &far, Quality: 90, Reason: "A maker's own picture"}),
			w.desk.Learn(tx, []safety.Image{{Sha256: strings.Repeat("ab", 32), PDQ: near, Quality: 80}}, Illegal, "An order"))
	}))
	_, _, err := w.desk.Match(w.Context(), "", nil)
	w.ok(err)
	w.ok(w.Site.DB.Write(w.Context(), value.SystemActor("test"), "test", func(tx *db.Tx) error {
		_, err := w.desk.Note(tx, "listing", 4242, []safety.Image{{Sha256: strings.Repeat("cd", 32), PDQ: hash, Quality: 80}})
		return err
	}))
	answer := w.send(pagesPath+"/removed/imports", "file", []byte("pdq,reason\n"+hashes()[0]+",An old scam\nbroken\n"+strings.Repeat("0", 64)+"\n"), url.Values{"reason": {"From the old site"}})
	w.jobs()
	language := "en"
	tab := browser.Open(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		r.AddCookie(&http.Cookie{Name: "language", Value: language})
		r.AddCookie(&http.Cookie{Name: "who", Value: "mara"})
		w.router.ServeHTTP(rw, r)
	}))
	for name, path := range map[string]string{"hashes": pagesPath, "hashes-bank": pagesPath + "/removed", "hashes-empty": pagesPath + "/intimate", "hashes-import": answer.Header().Get("Location")} {
		for _, look := range []struct {
			name             string
			width            int64
			scheme, language string
		}{{"desk-light", 1440, "light", "en"}, {"phone-light", 390, "light", "de"}, {"desk-dark", 1440, "dark", "de"}, {"phone-dark", 390, "dark", "en"}} {
			language = look.language
			tab.Show(path, look.width, look.scheme)
			tab.Evaluate(`document.querySelectorAll("main details").forEach(d => d.open = true); ""`)
			tab.Examine(name + "-" + look.name)
			tab.Shoot(name + "-" + look.name)
		}
	}
	var file bytes.Buffer
	w.ok(png.Encode(&file, picture))
	language = "en"
	tab.Show(pagesPath, 1440, "light")
	tab.Evaluate(`const bytes = Uint8Array.from(atob("` + base64.StdEncoding.EncodeToString(file.Bytes()) + `"), c => c.charCodeAt(0));
		const chosen = new DataTransfer(); chosen.items.add(new File([bytes], "photo.png", {type: "image/png"}));
		const input = document.querySelector("input[type=file]"); input.files = chosen.files; input.form.requestSubmit(); ""`)
	tab.Until(`document.querySelector("#lookup [role=status]") !== null`)
	tab.Examine("hashes-looked-up")
	tab.Shoot("hashes-looked-up")
	tab.Quiet()
}
