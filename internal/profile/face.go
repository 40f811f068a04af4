package profile

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"fairground/internal/media"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Face shows a seller whole: on their own page, and to themselves before others see it.
type Face struct {
	Shown
	At    time.Time       // now
	Zone  *time.Location  // of the site
	Level int             // of the heading; 2 when 0
	Known templ.Component // what is proven of them and happened here, from elsewhere; nil leaves it out
}

// Card shows a seller in short, beside a listing. Href is the seller's page; without one there is no link.
type Card struct {
	Shown
	At    time.Time
	Zone  *time.Location
	Href  string
	Known templ.Component // in short; nil leaves it out
}

// picture is the photo in the size of a portrait.
func (c Content) picture() ui.Picture {
	sizes := media.SizesOf(c.Photo.Sha256, c.Photo.Width, c.Photo.Height)
	if len(c.Photo.Sha256) < 2 || len(sizes) == 0 || c.Photo.Width < 1 {
		return ui.Picture{}
	}
	return ui.Picture{Src: media.Path + sizes[0].Key, Width: sizes[0].Width, Height: sizes[0].Height, Tone: c.Photo.Colour}
}

// kind says who it is and since when.
func (s Shown) kind(ctx context.Context) string {
	key := "profile.kind.private"
	if s.Business {
		key = "profile.kind.shop"
	}
	return text.T(ctx, key, "since", text.FromContext(ctx).Month(s.Since.In(text.FromContext(ctx).Zone())))
}

// languages are the names of the languages spoken, in the reader's own.
func (c Content) languages(ctx context.Context) string {
	names := make([]string, len(c.Languages))
	for i, l := range c.Languages {
		names[i] = languageName(ctx, l)
	}
	return strings.Join(names, ", ")
}

func languageName(ctx context.Context, l value.Locale) string {
	reader := language.Make(string(text.FromContext(ctx).Locale()))
	name := display.Tags(reader).Name(language.Make(string(l)))
	if name == "" {
		return string(l)
	}
	return name
}

// answers is how the seller answers, "" when too little is known of it or it is nothing to show.
func (s Shown) answers(ctx context.Context) string {
	a := s.Answers
	if a.Conversations < leastConversations {
		return ""
	}
	share := text.FromContext(ctx).Percent(min(1, max(0, a.Share)))
	hours := int((a.Typical + time.Hour - 1) / time.Hour)
	switch {
	case a.Share < 0.3 || a.Typical <= 0:
		return text.T(ctx, "profile.answers", "share", share)
	case hours <= 24:
		return text.T(ctx, "profile.answers.hours", "share", share, "count", roundUp(hours))
	case hours <= 7*24:
		return text.T(ctx, "profile.answers.days", "share", share, "count", (hours+23)/24)
	default:
		return text.T(ctx, "profile.answers", "share", share)
	}
}

// roundUp is the next of the numbers of hours that people think in.
func roundUp(hours int) int {
	steps := []int{1, 2, 3, 6, 12, 24}
	i, _ := slices.BinarySearch(steps, hours)
	return steps[min(i, len(steps)-1)]
}

// opening is whether the shop is open, in words.
func opening(ctx context.Context, h Hours, at time.Time, zone *time.Location) string {
	words := text.FromContext(ctx)
	now := h.At(at, zone)
	switch {
	case !now.Known:
		return ""
	case now.Open && now.Until.IsZero():
		return words.T("profile.open.always")
	case now.Open:
		return words.T("profile.open.until", "time", now.Until.Format("15:04"))
	case now.Opens.IsZero():
		return words.T("profile.closed")
	case sameDay(now.Opens, at.In(zone)):
		return words.T("profile.closed.today", "time", now.Opens.Format("15:04"))
	case sameDay(now.Opens, at.In(zone).AddDate(0, 0, 1)):
		return words.T("profile.closed.tomorrow", "time", now.Opens.Format("15:04"))
	default:
		return words.T("profile.closed.until", "day", words.Day(now.Opens), "time", now.Opens.Format("15:04"))
	}
}

func sameDay(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }

// weekLine is one day of the table of hours.
type weekLine struct {
	Day   string
	Hours string
	Today bool
}

// week lists the days in the order of the reader's week.
func week(ctx context.Context, h Hours, at time.Time, zone *time.Location) []weekLine {
	words := text.FromContext(ctx)
	lines := make([]weekLine, 7)
	for i := range lines {
		day := (words.WeekStart() + time.Weekday(i)) % 7
		hours := dayText(h.Week[day])
		if hours == "" {
			hours = words.T("profile.closed_day")
		}
		lines[i] = weekLine{Day: weekdayName(words, day), Hours: hours, Today: at.In(zone).Weekday() == day}
	}
	return lines
}

var weekdayKeys = [7]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func weekdayName(words *text.Printer, day time.Weekday) string {
	return words.T("profile.day." + weekdayKeys[day])
}

// closures are the closed days that are not over, in words.
func closures(ctx context.Context, h Hours, at time.Time, zone *time.Location) []string {
	words := text.FromContext(ctx)
	var all []string
	for _, c := range h.tidy(at.In(zone).Format(time.DateOnly)).Closed {
		from, errFrom := time.ParseInLocation(time.DateOnly, c.From, words.Zone())
		to, errTo := time.ParseInLocation(time.DateOnly, c.To, words.Zone())
		if errFrom != nil || errTo != nil {
			continue
		}
		line := words.Date(from)
		if c.To != c.From {
			line += " – " + words.Date(to)
		}
		if c.Note != "" {
			line += " · " + c.Note
		}
		all = append(all, line)
	}
	return all
}

// phoneText writes a number as people read it: +41 44 668 18 00.
func phoneText(p value.Phone) string {
	number, err := phonenumbers.Parse(string(p), "")
	if err != nil {
		return string(p)
	}
	return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
}

// websiteText is an address without what everybody knows.
func websiteText(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.TrimSuffix(strings.TrimPrefix(u.Host, "www.")+u.Path, "/")
}

// address is where the shop is, on one line.
func (c Content) address() string {
	place := strings.TrimSpace(c.Postcode + " " + c.Town)
	if c.Street == "" {
		return place
	}
	return strings.TrimSuffix(fmt.Sprintf("%s, %s", c.Street, place), ", ")
}

// parts are the paragraphs of a text.
func parts(written string) []string {
	var all []string
	for part := range strings.SplitSeq(written, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}
