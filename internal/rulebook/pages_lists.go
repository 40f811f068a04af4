package rulebook

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	mostShown  = 200
	largestCSV = 4 << 20
)

// listsView is all lists, and the labels.
type listsView struct {
	*visit
	all          []List
	labels       []EntityLabel
	typed        List              // of the form for a new list
	label        map[string]string // of the form for a label, as typed
	faults       map[string]string
	labels_wrong bool // the faults are those of the form for a label
}

func (v *visit) lists() error { return v.showLists(http.StatusOK, &listsView{}) }

func (v *visit) showLists(status int, view *listsView) error {
	view.visit = v
	err := v.read(func(tx *db.Tx) (err error) {
		if view.all, err = ValueLists(tx); err != nil {
			return err
		}
		view.labels, err = EntityLabels(tx, mostShown)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(status, v.t("rulebook.lists"), listsPath, view.page())
}

func (v *visit) makeList() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	typed := List{Name: form.Raw("name"), Kind: ListKind(form.Raw("kind")), About: form.Raw("about")}
	made, err := v.MakeList(v.ctx(), v.me.Actor(), typed)
	if err == nil {
		return v.goOn(listsPath+"/"+made.Name, v.t("rulebook.done.list"))
	}
	faults, status, unknown := v.faultsOf(err)
	if unknown != nil {
		return unknown
	}
	return v.showLists(status, &listsView{typed: typed, faults: faults})
}

func (l *listsView) listFault(field string) string {
	if l.labels_wrong {
		return ""
	}
	return l.faults[field]
}

func (l *listsView) labelFault(field string) string {
	if !l.labels_wrong {
		return ""
	}
	return l.faults[field]
}

func (v *visit) kindOptions() (options []ui.Option) {
	for _, kind := range ListKinds() {
		options = append(options, ui.Option{Value: string(kind), Text: v.t("rulebook.kind." + string(kind))})
	}
	return options
}

func (v *visit) entityOptions() (options []ui.Option) {
	for _, entity := range safety.Entities() {
		options = append(options, ui.Option{Value: entity, Text: v.t("rulebook.entity." + entity)})
	}
	return options
}

// listView is one list.
type listView struct {
	*visit
	list    List
	entries []Entry
	query   string
	typed   map[string]string
	faults  map[string]string
	added   Added
}

func (v *visit) list() error { return v.showList(http.StatusOK, &listView{}) }

func (v *visit) showList(status int, view *listView) error {
	view.visit, view.query = v, strings.TrimSpace(v.r.URL.Query().Get("q"))
	err := v.read(func(tx *db.Tx) (err error) {
		if view.list, err = FindList(tx, v.r.PathValue("name")); err != nil {
			return err
		}
		view.entries, err = Entries(tx, view.list.ID, value.Clip(view.query, longestEntry), mostShown)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(status, view.list.Name, listsPath, view.page())
}

func (l *listView) path() string { return listsPath + "/" + l.list.Name }

// asked is how a rule asks for the list.
func (l *listView) asked() string {
	examples := map[ListKind]string{PhoneList: "phones", MailList: "mails", LinkList: "links", AccountList: "author.id", TextList: "title"}
	if l.list.Kind == WordList {
		return "terms." + l.list.Name + " > 0"
	}
	return fmt.Sprintf("in_list('%s', %s)", l.list.Name, examples[l.list.Kind])
}

// changeList adds entries, removes one, or drops the list.
func (v *visit) changeList() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	name := v.r.PathValue("name")
	switch form.Raw("do") {
	case "remove":
		if err = v.RemoveEntry(v.ctx(), v.me.Actor(), name, form.Raw("value")); err == nil {
			return v.goOn(listsPath+"/"+name, v.t("rulebook.done.removed"))
		}
	case "drop":
		if err = v.DropList(v.ctx(), v.me.Actor(), name); err == nil {
			return v.goOn(listsPath, v.t("rulebook.done.dropped", "name", name))
		}
	default:
		return v.addEntries(name, form)
	}
	faults, status, unknown := v.faultsOf(err)
	if unknown != nil {
		return unknown
	}
	return v.showList(status, &listView{faults: faults})
}

func (v *visit) addEntries(name string, form *web.Form) error {
	typed := map[string]string{"text": form.Raw("text"), "reason": form.Raw("reason"), "expires": form.Raw("expires")}
	file, err := readFile(form)
	if err != nil {
		return err
	}
	expires, err := v.day(typed["expires"])
	var added Added
	if err == nil {
		added, err = v.AddEntries(v.ctx(), v.me.Actor(), name, Entering{
			Text: strings.TrimSpace(typed["text"] + "\n" + file), Reason: typed["reason"], Expires: expires, Zone: v.words.Zone(),
		})
	}
	switch {
	case err == nil && added.Skipped == 0:
		return v.goOn(listsPath+"/"+name, v.t("rulebook.done.added", "count", added.New, "known", added.Known))
	case err == nil:
		typed["text"] = strings.Join(added.Refused, "\n")
		return v.showList(http.StatusOK, &listView{added: added, typed: typed})
	}
	faults, status, unknown := v.faultsOf(err)
	if unknown != nil {
		return unknown
	}
	return v.showList(status, &listView{typed: typed, faults: faults})
}

func readFile(form *web.Form) (string, error) {
	header := form.File("file", largestCSV)
	if err := form.Error("file"); err != nil {
		return "", err
	}
	if header == nil {
		return "", nil
	}
	file, err := header.Open()
	if err != nil {
		return "", fmt.Errorf("rulebook.readFile: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, largestCSV))
	return strings.ToValidUTF8(string(text), ""), err
}

// label puts a label on something, or takes one away.
func (v *visit) label() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	typed := map[string]string{}
	for _, field := range []string{"entity", "value", "label", "reason", "expires"} {
		typed[field] = form.Raw(field)
	}
	if form.Raw("do") == "remove" {
		if err := v.RemoveLabel(v.ctx(), v.me.Actor(), typed["entity"], typed["value"], typed["label"]); err != nil {
			return err
		}
		return v.goOn(listsPath, v.t("rulebook.done.unlabelled"))
	}
	expires, err := v.day(typed["expires"])
	if err == nil {
		err = v.AddLabel(v.ctx(), v.me.Actor(), typed["entity"], typed["value"], typed["label"], typed["reason"], expires)
	}
	if err == nil {
		return v.goOn(listsPath, v.t("rulebook.done.labelled"))
	}
	faults, status, unknown := v.faultsOf(err)
	if unknown != nil {
		return unknown
	}
	return v.showLists(status, &listsView{label: typed, faults: faults, labels_wrong: true})
}
