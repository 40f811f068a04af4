package legal

import (
	"errors"
	"net/http"
	"strings"

	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// connect sets address and token, then tries them. What was typed as a token is never sent back to the page.
func (p *Pages) connect(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	address := strings.TrimSpace(form.Raw("address"))
	err = p.Of(v.site).Connect(r.Context(), v.me.Actor(), address, form.Raw("token"))
	var known *value.Error
	if errors.As(err, &known) && known.Kind == value.Invalid && known.Field != "" {
		typed := &figuresView{address: address, faults: map[string]string{"database." + known.Field: fieldWords(v, known)}}
		return v.figures(http.StatusUnprocessableEntity, typed)
	}
	if err != nil {
		return err
	}
	return v.tried()
}

func (p *Pages) try(w http.ResponseWriter, r *http.Request) error { return p.begin(w, r).tried() }

// tried asks the database and leads back to the page, which says what came of it.
func (v *visit) tried() error {
	err := v.pages.Of(v.site).Try(v.r.Context())
	var trouble Trouble
	switch {
	case errors.As(err, &trouble):
		return v.goOn(databaseHref, v.t("legal.database_saved"))
	case err != nil:
		return err
	default:
		return v.goOn(databaseHref, v.t("legal.database_works"))
	}
}

func (p *Pages) disconnect(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	if err := p.Of(v.site).Disconnect(r.Context(), v.me.Actor()); err != nil && value.KindOf(err) != value.NotFound {
		return err
	}
	return v.goOn(databaseHref, v.t("legal.database_ended"))
}

const databaseHref = statementsPath + "#database"

// said is what came of speaking to the database last.
func (f *figuresView) said() ui.Notice {
	switch {
	case f.to.Tried.IsZero():
		return ui.Notice{Text: f.t("legal.database_untried")}
	case f.to.Problem == "":
		return ui.Notice{Text: f.t("legal.database_tried", "at", f.words.Moment(f.to.Tried)), Tone: ui.Safe}
	default:
		key, status, _ := strings.Cut(f.to.Problem, " ")
		words := f.t("legal.trouble.strange")
		if f.words.Has(key) {
			words = f.t(key)
		}
		if status != "" {
			words += " " + f.t("legal.trouble.answer", "status", status)
		}
		return ui.Notice{Text: f.t("legal.database_failed", "at", f.words.Moment(f.to.Tried)) + " " + words, Tone: ui.Alarm}
	}
}

// refusalsOf are the fields that were refused, with what is wrong with each.
func refusalsOf(s Statement) (all Faults) {
	for _, part := range strings.Split(s.Reason, "; ") {
		field, problem, named := strings.Cut(part, ": ")
		if !named || strings.ContainsAny(field, " ") {
			field, problem = "", part
		}
		if problem != "" {
			all = append(all, Fault{field, problem})
		}
	}
	return all
}
