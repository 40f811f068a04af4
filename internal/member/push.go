package member

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/push"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

const (
	pushJob      = "member.push"
	pushAttempts = 6              // within some five minutes: later the list of alerts has it
	pushAge      = 24 * time.Hour // how long a push service keeps a message for a device that is off
	pushTitle    = 120            // characters
	pushText     = 160
)

type pushOrder struct {
	Device value.ID `json:"device"`
	Alert  value.ID `json:"alert,omitempty"` // zero: a test
}

// pushNowOrLater sends an alert to the devices at once, or has it wait when the last push about the same is too young,
// as mail does. What can be answered never waits.
func pushNowOrLater(tx *db.Tx, n *note, devices []Device) error {
	if n.record != 0 {
		us, err := lastPushed(tx, *n)
		if err != nil {
			return err
		}
		if us != 0 {
			n.pushed = value.FromMicros(us)
		}
	}
	at, waits := tx.Now(), false
	switch free := n.pushed.Add(mailPause); {
	case n.replyTo != "" || n.pushed.IsZero() || !at.Before(free):
	case n.pushed.After(at): // one is to go already and will say the newest
		at, waits = n.pushed, true
	default:
		at = free
	}
	n.pushed = at
	if waits && n.times > 1 {
		return nil
	}
	for _, dev := range devices {
		if err := enqueuePush(tx, pushOrder{dev.ID, n.id}, at); err != nil {
			return err
		}
	}
	return nil
}

func enqueuePush(tx *db.Tx, order pushOrder, at time.Time) error {
	_, err := job.Enqueue(tx, job.Job{Kind: pushJob, Key: order.Device.String() + " " + order.Alert.String(), Payload: order, RunAt: at})
	return err
}

// notification is what the service worker shows; worker.ts reads it.
type notification struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	Href  string `json:"href"`          // a path on this site
	Tag   string `json:"tag,omitempty"` // one of the same tag is replaced
	Lang  string `json:"lang"`
}

// pushOne sends one alert to one device. What was seen meanwhile, or switched off, is not sent.
func (d *Desk) pushOne(ctx context.Context, s *site.Site, c job.Claim) error {
	var order pushOrder
	if err := c.Payload(&order); err != nil {
		return err
	}
	var dev Device
	var m push.Message
	var wanted, alive bool
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if dev, err = deviceByID(tx, order.Device); err != nil {
			return err
		}
		if alive, err = dev.lives(tx); err != nil || !alive {
			return err
		}
		m, wanted, err = d.messageFor(tx, s, dev, order)
		return err
	})
	switch {
	case value.KindOf(err) == value.NotFound:
		return nil // the device, the alert or the account is gone
	case err != nil:
		return err
	case !alive:
		return dropDevice(ctx, s, dev, "its session ended")
	case !wanted:
		return nil
	}
	return d.sendTo(ctx, s, dev, m)
}

// messageFor writes what a device is to show, and whether it still is to.
func (d *Desk) messageFor(tx *db.Tx, s *site.Site, dev Device, order pushOrder) (push.Message, bool, error) {
	to, err := account.Find(tx, dev.Account)
	if err != nil {
		return push.Message{}, false, err
	}
	ctx := d.config.Letters(tx.Context(), locale(s, to))
	if order.Alert == 0 {
		m, err := message(notification{
			Title: s.Settings().Name, Text: text.T(ctx, "member.device.test_text"), Href: "/account/preferences", Tag: "test", Lang: string(locale(s, to)),
		}, push.High, "")
		return m, to.State == account.Active, err
	}
	n, err := findNote(tx, order.Alert)
	if err != nil || n.account != dev.Account || !n.seen.IsZero() {
		return push.Message{}, false, err
	}
	wants, err := d.wantsOf(tx, to, d.kinds[n.kind])
	if err != nil || !wants.push {
		return push.Message{}, false, err
	}
	urgency := push.Normal
	if n.replyTo != "" {
		urgency = push.High
	}
	topic := topicOf(s, n)
	m, err := message(notification{
		Title: value.Clip(n.subject, pushTitle), Text: value.Clip(s.Settings().Name+" · "+text.T(ctx, "alert."+n.kind), pushText),
		Href: "/account/alerts/" + n.id.Text(alertID), Tag: topic, Lang: string(locale(s, to)),
	}, urgency, topic)
	return m, true, err
}

func message(n notification, urgency push.Urgency, topic string) (push.Message, error) {
	payload, err := json.Marshal(n)
	return push.Message{Payload: payload, TTL: pushAge, Urgency: urgency, Topic: topic}, err
}

// topicOf is the same for alerts of a kind about the same, so that the newest stands alone on the screen. The push
// service reads it, so it is sealed.
func topicOf(s *site.Site, n note) string {
	about := n.record
	if about == 0 {
		about = n.id
	}
	sum := sha256.Sum256(append(s.Key("member push topic"), n.kind+"\x00"+about.String()+"\x00"+n.account.String()...))
	return base64.RawURLEncoding.EncodeToString(sum[:sealLength])
}

// sendTo sends and keeps account of what came of it. A device whose push service says that it is over, or refuses again
// and again, is forgotten.
func (d *Desk) sendTo(ctx context.Context, s *site.Site, dev Device, m push.Message) error {
	keys, err := keysOf(s)
	if err != nil {
		return job.Permanent(err)
	}
	err = d.config.Push.Send(ctx, keys, "mailto:"+string(s.Settings().ContactEmail), dev.to, m)
	switch {
	case err == nil:
		return s.DB.Maintain(ctx, deviceRefresh, func(tx *db.Tx) error { return markReached(tx, dev.ID) })
	case errors.Is(err, push.ErrGone), value.KindOf(err) == value.Invalid:
		return dropDevice(ctx, s, dev, "its push service does not know it any more")
	case value.KindOf(err) == value.Forbidden && dev.refused+1 >= mostRefusals:
		return dropDevice(ctx, s, dev, "its push service refuses this site")
	case value.KindOf(err) == value.Forbidden:
		counted := s.DB.Maintain(ctx, deviceRefresh, func(tx *db.Tx) error { return markRefused(tx, dev.ID) })
		return errors.Join(job.Permanent(fmt.Errorf("member.push(%s): %w", dev.ID.Text(deviceID), err)), counted)
	default:
		return fmt.Errorf("member.push(%s): %w", dev.ID.Text(deviceID), err)
	}
}

func dropDevice(ctx context.Context, s *site.Site, dev Device, why string) error {
	return s.DB.Write(ctx, value.SystemActor("member"), deviceOver, func(tx *db.Tx) error {
		tx.Log(db.Change{Object: deviceObject, Record: dev.Account, Diff: map[string]any{"ended": dev.ID.Text(deviceID), "name": dev.Name, "because": why}})
		return deleteDevice(tx, dev.ID)
	})
}
