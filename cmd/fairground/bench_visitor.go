package main

import (
	"bufio"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"fairground/internal/value"
)

// visitor asks for pages over one connection that stays open. It does little more than write and read, because it
// shares the processors with the server it measures.
type visitor struct {
	address string
	conn    net.Conn
	in      *bufio.Reader
	plain   bool // ask for pages that are not compressed
}

const longestAnswer = 10 * time.Second

// get returns the status of a page and, for a plain visitor, its text.
func (v *visitor) get(path string) (status int, text string, err error) {
	if v.conn == nil {
		if v.conn, err = net.DialTimeout("tcp", v.address, longestAnswer); err != nil {
			return 0, "", err
		}
		v.in = bufio.NewReaderSize(v.conn, 32<<10)
	}
	v.conn.SetDeadline(time.Now().Add(longestAnswer))
	accepts := "Accept-Encoding: gzip, deflate, br, zstd\r\n"
	if v.plain {
		accepts = ""
	}
	_, err = io.WriteString(v.conn, "GET "+path+" HTTP/1.1\r\nHost: "+v.address+"\r\nAccept: text/html\r\nAccept-Language: en\r\n"+accepts+"\r\n")
	if err != nil {
		return 0, "", v.fail(err)
	}
	answer, err := http.ReadResponse(v.in, nil)
	if err != nil {
		return 0, "", v.fail(err)
	}
	defer answer.Body.Close()
	if v.plain {
		body, err := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body), err
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return 0, "", v.fail(err)
	}
	return answer.StatusCode, "", nil
}

// fail closes the connection; the next request opens another.
func (v *visitor) fail(err error) error {
	v.close()
	return err
}

func (v *visitor) close() {
	if v.conn != nil {
		v.conn.Close()
		v.conn = nil
	}
}

// pages draws the path of the next page.
type pages func(*rand.Rand) string

// readSitemap reads which pages there are.
func readSitemap(v *visitor, seed uint64) (kinds []pages, err error) {
	v.close()
	v.plain = true
	index, err := locations(v, "/sitemap.xml")
	if err != nil {
		return nil, err
	}
	var offers, places []string
	for _, part := range index {
		paths, err := locations(v, part)
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			switch {
			case strings.HasPrefix(path, "/l/"):
				offers = append(offers, path)
			case strings.HasPrefix(path, "/c/"):
				places = append(places, path)
			}
		}
	}
	if len(offers) == 0 || len(places) == 0 {
		return nil, value.Errorf(value.NotFound, "the sitemap names %d listings and %d categories", len(offers), len(places))
	}
	return []pages{
		func(r *rand.Rand) string { return offers[r.IntN(len(offers))] },
		func(r *rand.Rand) string { return places[r.IntN(len(places))] + question(r) },
		func(r *rand.Rand) string { return places[r.IntN(len(places))] + "?q=" + sought[r.IntN(len(sought))] },
	}, nil
}

var sought = []string{"new", "blue", "garden", "small", "city", "wood", "size", "good", "light", "green"}

// question turns pages or narrows a category down, as visitors do: half look at the first page only.
func question(r *rand.Rand) string {
	switch r.IntN(11) {
	case 0, 1:
		return "?page=2"
	case 2:
		return "?page=3"
	case 3:
		return fmt.Sprintf("?from=%d", 10*(1+r.IntN(20)))
	case 4:
		return "?seller=private"
	default:
		return ""
	}
}

// locations reads the addresses in a part of the sitemap, as paths.
func locations(v *visitor, path string) ([]string, error) {
	status, text, err := v.get(path)
	if err != nil || status != http.StatusOK {
		return nil, fmt.Errorf("reading %s: status %d: %w", path, status, err)
	}
	var found struct {
		Places []struct {
			Loc string `xml:"loc"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal([]byte(text), &found); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	var paths []string
	for _, place := range found.Places {
		u, err := url.Parse(place.Loc)
		if err != nil {
			return nil, err
		}
		paths = append(paths, u.EscapedPath())
	}
	return paths, nil
}

// round is what the visitors of one round met with.
type round struct {
	latencies_ms []float64
	errors       int
	took_s       float64
}

func (r round) perSecond() float64 { return float64(len(r.latencies_ms)) / r.took_s }

// drive lets the visitors ask for pages for a while. What they ask for while warming up does not count.
func (b *bench) drive(address string, next pages, think bool, length time.Duration) (round, error) {
	counts := make([]round, visitors)
	group, ctx := errgroup.WithContext(b.ctx)
	from := time.Now().Add(min(length, time.Second)) // warming up
	end := from.Add(length)
	for i := range visitors {
		group.Go(func() error {
			v := &visitor{address: address}
			defer v.close()
			counts[i] = v.wander(ctx, next, think, rand.New(rand.NewPCG(b.Seed, uint64(i))), from, end)
			return nil
		})
	}
	err := group.Wait()
	all := round{took_s: length.Seconds()}
	for _, one := range counts {
		all.latencies_ms = append(all.latencies_ms, one.latencies_ms...)
		all.errors += one.errors
	}
	return all, errors.Join(err, b.ctx.Err())
}

func (v *visitor) wander(ctx context.Context, next pages, think bool, r *rand.Rand, from, end time.Time) (met round) {
	for ctx.Err() == nil && time.Now().Before(end) {
		if think {
			time.Sleep(100*time.Millisecond + time.Duration(r.Int64N(int64(400*time.Millisecond))))
		}
		began := time.Now()
		status, _, err := v.get(next(r))
		if began.Before(from) || began.After(end) {
			continue
		}
		met.latencies_ms = append(met.latencies_ms, float64(time.Since(began).Microseconds())/1000)
		if err != nil || status != http.StatusOK && status != http.StatusNotFound { // a small category has no page 3
			met.errors++
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond) // a server that refuses must not be asked a million times
		}
	}
	return met
}
