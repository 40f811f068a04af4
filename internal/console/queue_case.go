package console

import (
	"net/http"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/value"
	"fairground/internal/web"
)

// otherCase is the chosen case of what is no listing.
type otherCase struct {
	v      *visit
	kase   moderation.Case
	holder string
	mine   bool
	title  string
	text   string
	href   string // where it is decided; empty for samples, which are decided here
	needs  string // words of the link
	why    []reason
	sample *card // the listing of a sample; nil when it is gone, or of another kind
}

func (v *visit) otherCase(tx *db.Tx, c moderation.Case) (*otherCase, error) {
	o := &otherCase{v: v, kase: c, mine: c.HeldBy(v.now) == v.me.Account}
	who, err := v.people(tx)
	if err != nil {
		return nil, err
	}
	if o.holder, err = v.holder(tx, who, c); err != nil {
		return nil, err
	}
	switch c.Kind {
	case moderation.TextCase:
		err = o.readText(tx)
	case moderation.NoticeCase:
		err = o.readNotice(tx)
	case moderation.SampleCase:
		err = o.readSample(tx)
	default:
		var shown Foreign
		shown, err = v.foreign(tx, c)
		o.title, o.text, o.href, o.needs = shown.Title, shown.Text, shown.Href, "console.open_case"
	}
	return o, err
}

// conversations are decided on a page of their own.
const heldMessages = "/console/messages"

func (o *otherCase) readText(tx *db.Tx) error {
	o.title, o.href, o.needs = o.v.orRaw("console.object."+o.kase.Object, o.kase.Object), heldMessages, "console.open_case"
	if o.v.Texts != nil {
		held, err := o.v.Texts(tx, mostTexts)
		if err != nil {
			return err
		}
		for _, h := range held {
			if h.Object == o.kase.Object && h.Record == o.kase.Record {
				o.title, o.text, o.href = h.Title, h.Text, textsPath+"#"+h.Record.String()
			}
		}
	}
	s, err := safety.FindScreening(tx, o.kase.Record)
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	for _, f := range s.Firings {
		o.why = append(o.why, o.v.reason(f))
	}
	return err
}

func (o *otherCase) readNotice(tx *db.Tx) error {
	n, err := moderation.FindNotice(tx, o.kase.Record)
	o.title, o.text = o.v.orRaw("console.ground."+string(n.Ground), string(n.Ground)), n.Explanation
	o.href, o.needs = noticePath(n.ID), "console.answer_notice"
	return err
}

// readSample shows what was decided about, without the decision.
func (o *otherCase) readSample(tx *db.Tx) error {
	o.title = o.v.t("console.sample")
	made, err := moderation.FindDecision(tx, o.kase.Record)
	if err != nil || made.Object != listing.Object {
		return err
	}
	o.sample, err = o.v.card(tx, made.Record, 0)
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	return err
}

func casePath(id value.ID) string { return "/console/safety/cases/" + id.Text(moderation.ShortCase) }

// at is the page that shows a case in the queue.
func (v *visit) at(c moderation.Case) string {
	return (&queueView{v: v, queue: v.r.URL.Query().Get("q")}).path(c)
}

// takeNext claims the most urgent case that the reader may take.
func (v *visit) takeNext(w http.ResponseWriter) error {
	if err := v.followed(); err != nil {
		return err
	}
	c, err := v.Moderation.Next(v.ctx, v.me.Actor())
	if value.KindOf(err) == value.NotFound {
		return v.goOn(w, queueRoot, v.t("console.nothing_for_you"))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, v.r, v.at(c))
}

// claimCase claims one case, or gives it back.
func (v *visit) claimCase(w http.ResponseWriter) error {
	return v.onCase(w, func(id value.ID) error {
		_, err := v.Moderation.Claim(v.ctx, v.me.Actor(), id)
		return err
	})
}

func (v *visit) unclaimCase(w http.ResponseWriter) error {
	return v.onCase(w, func(id value.ID) error { return v.Moderation.Unclaim(v.ctx, v.me.Actor(), id) })
}

// onCase does something with a case and shows it again; what is in the way is said there.
func (v *visit) onCase(w http.ResponseWriter, do func(id value.ID) error) error {
	id, err := value.ParseID(moderation.ShortCase, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	var c moderation.Case
	failed := do(id)
	err = v.read(func(tx *db.Tx) (err error) {
		c, err = moderation.FindCase(tx, id)
		return err
	})
	if err != nil {
		return err
	}
	if failed != nil {
		said, unknown := v.faultsOf(v.named(failed))
		if unknown != nil {
			return unknown
		}
		web.SetFlash(w, v.r, web.Flash{Tone: "bad", Text: said[""]})
	}
	return web.Redirect(w, v.r, v.at(c))
}

// named says who works on the case that an error is about.
func (v *visit) named(err error) error {
	taken, is := moderation.IsTaken(err)
	if !is {
		return err
	}
	name := v.t("console.actor.former")
	failed := v.read(func(tx *db.Tx) error {
		who, err := v.people(tx)
		if err == nil {
			name, err = who.account(tx, taken.By, value.Staff)
		}
		return err
	})
	if failed != nil {
		return failed
	}
	return &value.Error{Kind: value.Conflict, Key: "console.taken_until", Args: []any{"name", name, "time", v.words.Time(taken.Until)},
		Message: name + " is working on this"}
}

// judge stores the second decision about a sample.
func (v *visit) judge(w http.ResponseWriter) error {
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	measure, reason := moderation.Measure(f.Line("outcome", 20)), f.Text("reason", longestTyped)
	if err := f.Err(); err != nil {
		return err
	}
	id, err := value.ParseID(moderation.ShortCase, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := v.Moderation.Judge(v.ctx, v.me.Actor(), id, measure, reason); err != nil {
		said, unknown := v.faultsOf(v.named(err))
		if unknown != nil {
			return unknown
		}
		web.SetFlash(w, v.r, web.Flash{Tone: "bad", Text: said[""]})
		return web.Redirect(w, v.r, queueRoot+"?c="+id.Text(moderation.ShortCase))
	}
	return v.goOn(w, queueRoot+"?q="+moderation.QualityQueue, v.t("console.judged"))
}
