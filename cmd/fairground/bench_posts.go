package main

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"fairground/internal/demo"
	"fairground/internal/value"
)

const posters = 16 // members who post at the same time

// posts lets members send the form of a listing, each with one photo, as a browser without JavaScript does: it is kept as
// a draft, checked, screened, counted against the limits and published. The photo is known after the first time; drawing
// photos is measured on its own, and once more beside the posting, while large ones come without a pause.
func (b *bench) posts(t *town) error {
	small, err := photograph(800, 600)
	if err != nil {
		return err
	}
	market := demo.New(b.Seed+1, time.Now())
	var next atomic.Int64
	post := func(asker, turn int) error {
		n := int(next.Add(1))
		return t.people[(asker+turn*posters)%len(t.people)].post(market.Listing(n), n, small)
	}
	if err := post(0, 0); err != nil { // the photo becomes known
		return err
	}
	b.row("  %-34s %9s %9s %9s %9s", fmt.Sprintf("posting, %d at once", posters), "posts/s", "p50 ms", "p95 ms", "p99 ms")
	round := func(title, figure string) error {
		perSecond, took, err := b.together(posters, b.length(time.Second, time.Second/2), b.length(8*time.Second, 2*time.Second), post)
		if err != nil {
			return err
		}
		b.row("  %-34s %9.0f %9.2f %9.2f %9.2f", title, perSecond, percentile(took, .5), percentile(took, .95), percentile(took, .99))
		b.figure(figure+"_per_s", perSecond)
		b.spread(figure, took)
		return nil
	}
	if err := round("screened, with a photo", "posts"); err != nil {
		return err
	}
	stop, err := b.upload(t)
	if err != nil {
		return err
	}
	err = round("the same, large photos beside", "posts_beside_photos")
	drawn, uploadErr := stop()
	if err == nil && uploadErr == nil {
		b.row("  photos of 12 MP taken meanwhile    %8d", drawn)
	}
	return errors.Join(err, uploadErr)
}

// post sends the form of a new listing.
func (p *person) post(l demo.Listing, n int, photo []byte) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	fields := map[string]string{
		"do": "publish", "kind": string(l.Kind), "pick": l.Category, "locale": l.Language, "title": l.Title,
		"body": fmt.Sprintf("%s\n\nNumber %d of the shelf.", l.Description, n), "place": l.Place,
	}
	if l.Price.Minor > 0 {
		fields["price"] = l.Price.Decimal()
	}
	for _, entry := range l.Attributes {
		fields["a."+entry.Slug] = entry.Value
	}
	for name, text := range fields {
		if err := form.WriteField(name, text); err != nil {
			return err
		}
	}
	if err := attach(form, photo); err != nil {
		return err
	}
	answer, err := p.ask("POST", "/post/new", form.FormDataContentType(), &body, http.StatusSeeOther)
	if err == nil && !strings.HasPrefix(answer.Header.Get("Location"), "/my/listings/") {
		err = value.Errorf(value.Internal, "posting led to %s", answer.Header.Get("Location"))
	}
	return err
}

func attach(form *multipart.Writer, photo []byte) error {
	file, err := form.CreateFormFile("photos", "photo.jpg")
	if err == nil {
		_, err = file.Write(photo)
	}
	if err != nil {
		return err
	}
	return form.Close()
}

// upload sends large photos, each another one, two at a time, until it is stopped; then it says how many were taken.
func (b *bench) upload(t *town) (stop func() (int64, error), err error) {
	large, err := photograph(4000, 3000)
	if err != nil {
		return nil, err
	}
	var taken, next atomic.Int64
	done := make(chan struct{})
	var group errgroup.Group
	for range 2 {
		group.Go(func() error {
			for {
				select {
				case <-done:
					return nil
				default:
				}
				n := int(next.Add(1))
				var body bytes.Buffer
				form := multipart.NewWriter(&body)
				if err := attach(form, another(large, n)); err != nil {
					return err
				}
				if _, err := t.people[n%len(t.people)].ask("POST", "/post/new/photos", form.FormDataContentType(), &body, http.StatusOK); err != nil {
					return err
				}
				taken.Add(1)
			}
		})
	}
	return func() (int64, error) {
		close(done)
		err := group.Wait()
		return taken.Load(), err
	}, nil
}
