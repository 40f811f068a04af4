package legal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Watcher is one of the staff who are told of duties.
type Watcher struct {
	Email  value.Email
	Name   string
	Locale value.Locale
}

// Watch tells staff of duties that are about to be late, and of those that are.
type Watch struct {
	Site     *site.Site
	Origin   func(*site.Site) string
	Post     Post
	Watchers func(tx *db.Tx) ([]Watcher, error) // who may see duties
	// Letters puts the words of a language into a context.
	Letters func(ctx context.Context, locale value.Locale) context.Context
}

// AlarmJob is the name of the job that looks at the clocks.
const AlarmJob = "legal.alarm"

// Handler looks at the clocks every minute.
func (w *Watch) Handler() job.Handler {
	return job.Handler{Kind: AlarmJob, Every: time.Minute, Run: func(ctx context.Context, _ job.Claim) error {
		_, err := w.Alarm(ctx)
		return err
	}}
}

// Alarm tells the staff of every duty with a quarter of its time left, and of every duty that is overdue: once each, in
// one letter. It returns how many there were.
func (w *Watch) Alarm(ctx context.Context) (told int, err error) {
	if err := w.Site.DB.Maintain(ctx, "legal.number", number); err != nil {
		return 0, fmt.Errorf("legal.Alarm: %w", err)
	}
	err = w.Site.DB.Write(ctx, value.SystemActor(AlarmJob), "duty.alarm", func(tx *db.Tx) error {
		watchers, err := w.Watchers(tx)
		if err != nil || len(watchers) == 0 {
			return err // nobody was told, so it will be tried again
		}
		soon, late, err := ringing(tx)
		if err != nil || len(soon)+len(late) == 0 {
			return err
		}
		told = len(soon) + len(late)
		for _, one := range watchers {
			if err := w.tell(tx, one, soon, late); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("legal.Alarm: %w", err)
	}
	return told, nil
}

// ringing takes the duties that staff have to be told of, and marks them as told.
func ringing(tx *db.Tx) (soon, late []Duty, err error) {
	if soon, err = toWarn(tx, tx.Now()); err != nil {
		return nil, nil, err
	}
	if late, err = toAlarm(tx, tx.Now()); err != nil {
		return nil, nil, err
	}
	for _, d := range soon {
		tx.Log(db.Change{Object: "duty", Record: d.ID, Diff: map[string]any{"warned": true}})
		if err := markWarned(tx, d.ID); err != nil {
			return nil, nil, err
		}
	}
	for _, d := range late {
		tx.Log(db.Change{Object: "duty", Record: d.ID, Diff: map[string]any{"overdue": true}})
		if err := markAlarmed(tx, d.ID); err != nil {
			return nil, nil, err
		}
	}
	return soon, late, nil
}

func (w *Watch) tell(tx *db.Tx, to Watcher, soon, late []Duty) error {
	ctx := tx.Context()
	if w.Letters != nil {
		ctx = w.Letters(ctx, to.Locale)
	}
	words := text.FromContext(ctx)
	var lines []string
	for _, group := range []struct {
		heading string
		duties  []Duty
	}{{words.T("legal.alarm.late"), late}, {words.T("legal.alarm.soon"), soon}} {
		if len(group.duties) == 0 {
			continue
		}
		lines = append(lines, "", group.heading)
		for _, d := range group.duties {
			lines = append(lines, "- "+words.T("legal.alarm.line", "kind", words.T("legal.kind."+d.Kind), "due", words.Moment(d.Due), "id", d.ID.Text(DutyKind)))
		}
	}
	key := "legal.alarm.subject_soon"
	if len(late) > 0 {
		key = "legal.alarm.subject_late"
	}
	origin := ""
	if w.Origin != nil {
		origin = w.Origin(w.Site)
	}
	body := words.T("legal.alarm.hello", "name", to.Name) + "\n" + strings.Join(lines, "\n") + "\n\n" + words.T("legal.alarm.board", "address", origin+dutiesPath) + "\n"
	return w.Post(tx, to.Email, to.Locale, words.T(key, "count", len(soon)+len(late), "site", w.Site.Settings().Name), body)
}
