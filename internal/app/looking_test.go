package app

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gen2brain/webp"

	"fairground/internal/account"
	"fairground/internal/bank"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/media/pdq"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/value"
)

// shot stores a red photo in a size and returns its bytes.
func (w *world) shot(r *Rooms, sha string) []byte {
	w.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range picture.Pix {
		picture.Pix[i] = map[int]byte{0: 220, 1: 30, 2: 30, 3: 255}[i%4]
	}
	for x := range 32 {
		picture.Set(x, 10, color.White)
	}
	var out bytes.Buffer
	if err := webp.Encode(&out, picture); err != nil {
		w.Fatal(err)
	}
	if err := r.Blobs.Put(context.Background(), media.Key(sha, media.Medium), bytes.NewReader(out.Bytes()), int64(out.Len())); err != nil {
		w.Fatal(err)
	}
	return out.Bytes()
}

// asks asks the gate of media for a photo as somebody.
func (w *world) asks(r *Rooms, sha string, who account.Session) int {
	w.Helper()
	request := httptest.NewRequest(http.MethodGet, media.Path+media.Key(sha, media.Medium), nil)
	request = request.WithContext(account.With(site.With(request.Context(), r.Site), who))
	answer := httptest.NewRecorder()
	if err := w.app.servePhoto(answer, request); err != nil {
		w.Fatal(err)
	}
	return answer.Code
}

// The media gate gives staff a photo of what is held only while their recorded look lasts, and what a severe bank knows
// is given to nobody in any way.
func TestStaffSeeHeldPhotosOnlyByARecordedLook(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := context.Background()
		l := w.submit(w.lake, "I am abroad. Pay the deposit by gift card or Western Union before viewing, then I send the bicycle.")
		if l.Status != listing.Held {
			w.Fatalf("the fixture is %s", l.Status)
		}
		sha := l.Photos[0].Sha256
		colours := w.shot(w.lake, sha)
		reviewer := account.Session{Account: 7, Kind: value.Staff, Role: account.Safety, Name: "Aya"}
		admin := account.Session{Account: 8, Kind: value.Staff, Role: account.Admin, Name: "Jon"}
		gate := func(what string, who account.Session, want int) {
			w.Helper()
			if got := w.asks(w.lake, sha, who); got != want {
				w.Errorf("%s: %d, want %d", what, got, want)
			}
		}
		gate("a visitor", account.Session{}, http.StatusNotFound)
		gate("a reviewer without a look", reviewer, http.StatusNotFound)
		gate("an admin without a look", admin, http.StatusNotFound)
		ids, err := w.lake.Moderation.See(ctx, safe, []moderation.Look{{Sha256: sha, Object: listing.Object, Record: l.ID}})
		if err != nil {
			w.Fatal(err)
		}
		gate("while the look lasts", reviewer, http.StatusOK)
		gate("somebody else's look", admin, http.StatusNotFound)
		if err := w.lake.Moderation.Looked(ctx, safe, ids, time.Second); err != nil {
			w.Fatal(err)
		}
		gate("after the look", reviewer, http.StatusNotFound)

		give := w.app.givenPhoto(w.lake.Site)
		kind, content, err := give(ctx, sha, moderation.Clear)
		if err != nil || kind != "image/webp" || !bytes.Equal(content, colours) {
			w.Errorf("as it is: %s, %v", kind, err)
		}
		for _, shown := range []moderation.Shown{moderation.Grey, moderation.Blur} {
			kind, content, err := give(ctx, sha, shown)
			if err != nil || kind != "image/jpeg" {
				w.Fatalf("%s: %s, %v", shown, kind, err)
			}
			picture, _, err := image.Decode(bytes.NewReader(content))
			if _, grey := picture.(*image.Gray); err != nil || !grey {
				w.Errorf("%s: it has colours: %T %v", shown, picture, err)
			}
		}
		if _, _, err := give(ctx, strings.Repeat("cd", 32), moderation.Grey); value.KindOf(err) != value.NotFound {
			w.Errorf("a photo that is not stored: %v", err)
		}

		err = w.lake.Site.DB.Write(ctx, safe, "test.bank", func(tx *db.Tx) error {
			return w.lake.Banks.Learn(tx, []safety.Image{{Sha256: sha, Quality: pdq.Unhashed}}, bank.Intimate, "somebody asked for it")
		})
		if err != nil {
			w.Fatal(err)
		}
		for _, shown := range moderation.ShownAs {
			if _, content, err := give(ctx, sha, shown); value.KindOf(err) != value.Forbidden || len(content) > 0 {
				w.Errorf("a photo of a severe bank, %s: %v", shown, err)
			}
		}
		if _, err := w.lake.Moderation.See(ctx, safe, []moderation.Look{{Sha256: sha, Object: listing.Object, Record: l.ID, Again: true}}); err != nil {
			w.Fatal(err)
		}
		gate("a photo of a severe bank, while a look lasts", reviewer, http.StatusNotFound)
	})
}
