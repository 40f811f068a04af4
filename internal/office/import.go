package office

import (
	"net/http"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/transfer"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// importsRoot is where imports live once their file is here. An import knows its object.
const importsRoot = "/console/imports/"

const (
	uploadBytes   = transfer.MostBytes + 1<<20 // the form around the file included
	mappingBytes  = 1 << 20
	longestUpload = 2 * time.Hour // of two gigabytes on a slow line
)

// importRoute is one address of the import of files and what answers it.
type importRoute struct {
	pattern string
	answer  func(*importing, http.ResponseWriter) error
	bytes   int64
	longest time.Duration
}

func importRouteList() []importRoute {
	const start, one = "/console/records/{object}/import", importsRoot + "{import}"
	return []importRoute{
		{pattern: "GET " + start, answer: (*importing).uploadForm},
		{pattern: "POST " + start, answer: (*importing).upload, bytes: uploadBytes, longest: longestUpload},
		{pattern: "GET " + one, answer: (*importing).resume},
		{pattern: "GET " + one + "/mapping", answer: (*importing).mapping},
		{pattern: "POST " + one + "/reading", answer: (*importing).readAnew, longest: patience},
		{pattern: "POST " + one + "/mapping", answer: (*importing).saveMapping, bytes: mappingBytes, longest: patience},
		{pattern: "GET " + one + "/check", answer: (*importing).check, longest: patience},
		{pattern: "POST " + one + "/start", answer: (*importing).start},
		{pattern: "GET " + one + "/progress", answer: (*importing).progress},
		{pattern: "POST " + one + "/cancellation", answer: (*importing).cancel},
		{pattern: "GET " + one + "/result", answer: (*importing).result},
		{pattern: "GET " + one + "/errors", answer: (*importing).errorFile, longest: patience},
		{pattern: "POST " + one + "/undo", answer: (*importing).undo},
	}
}

// importGuard lets in whoever may change records at all; what they may make is asked of record for the object at hand.
func importGuard() web.Guard { return web.All(seer, account.May(account.RecordsEdit)) }

// importRoutes registers the steps of an import. Each is a page that can be opened again.
func (o *Office) importRoutes(m *web.Router) {
	for _, route := range importRouteList() {
		options := []web.Option{web.BodyLimit(max(route.bytes, formBytes))}
		if route.longest > 0 {
			options = append(options, web.Timeout(route.longest))
		}
		m.Handle(route.pattern, importGuard(), func(w http.ResponseWriter, r *http.Request) error {
			i, err := o.beginImporting(r)
			if err != nil {
				return err
			}
			return route.answer(i, w)
		}, options...)
	}
}

// importing is a visit to an import, or to the place where one begins.
type importing struct {
	*visit
	desk   *transfer.Desk
	o      *record.Seen
	m      transfer.Import // zero where one begins
	faults faults
	status int // of the page
}

func (o *Office) beginImporting(r *http.Request) (*importing, error) {
	if o.Transfer == nil {
		return nil, value.Errorf(value.NotFound, "files are not imported here")
	}
	v, err := o.begin(r)
	if err != nil {
		return nil, err
	}
	i := &importing{visit: v, desk: o.Transfer(v.site), faults: faults{}, status: http.StatusOK}
	key := r.PathValue("object")
	if key == "" {
		if err := i.find(r.PathValue("import")); err != nil {
			return nil, err
		}
		key = i.m.Object
	}
	if i.o, err = v.seen(key); err != nil {
		return nil, err
	}
	if !i.o.May(record.Make) {
		return nil, forbidden()
	}
	return i, nil
}

func (i *importing) find(text string) error {
	id, err := value.ParseID(transfer.Short, text)
	if err != nil {
		return err
	}
	return i.read(func(tx *db.Tx) error {
		i.m, err = i.desk.Find(tx, i.asker, id)
		return err
	})
}

func importAt(m transfer.Import) string { return importsRoot + m.ID.Text(transfer.Short) }

func (i *importing) path(step string) string { return importAt(i.m) + step }

// isOpen reports whether the mapping may be changed.
func (i *importing) isOpen() bool {
	switch i.m.State {
	case transfer.Uploaded, transfer.Ready, transfer.Failed, transfer.Cancelled:
		return !i.m.Cleared
	default:
		return false
	}
}

// here is the step that an import is at.
func (i *importing) here() string {
	switch i.m.State {
	case transfer.Uploaded:
		return i.path("/mapping")
	case transfer.Ready:
		return i.path("/check")
	case transfer.Running, transfer.Undoing:
		return i.path("/progress")
	default:
		return i.path("/result")
	}
}

// resume leads to the step that an import is at.
func (i *importing) resume(w http.ResponseWriter) error { return web.Redirect(w, i.r, i.here()) }

// The steps, by their place.
const (
	uploadStep = iota
	mappingStep
	checkStep
	runStep
	resultStep
)

// steps are the way through an import. What was done can be gone back to as long as that changes something.
func (i *importing) steps(at int) ui.Steps {
	items := []ui.Step{
		{Text: i.t("office.import.step_file"), Href: importPath(i.o.Key)},
		{Text: i.t("office.import.step_columns")}, {Text: i.t("office.import.step_check")},
		{Text: i.t("office.import.step_run")}, {Text: i.t("office.import.step_result")},
	}
	if at > mappingStep && i.isOpen() {
		items[mappingStep].Href = i.path("/mapping")
	}
	return ui.Steps{Label: i.t("office.import.steps"), Items: items, At: at}
}

// page writes a step.
func (i *importing) page(w http.ResponseWriter, step importStep) error {
	page, err := i.office.Shell.Page(i.r, i.t("office.import_objects", "objects", i.within(i.o.Plural)), root(i.o.Key))
	if err != nil {
		return err
	}
	page.Actions = step.actions
	return i.show(w, i.status, page, i.frame(step))
}

// back leads to the step that the import is at, and tells there what was refused.
func (i *importing) back(w http.ResponseWriter, err error) error { return i.goBack(w, i.path(""), err) }

// refuse notes what is wrong with a form; other errors are returned.
func (i *importing) refuse(err error, shown func(string) bool) error {
	found, failure := i.faultsOf(err, shown)
	if failure != nil {
		return failure
	}
	i.faults, i.status = found, http.StatusUnprocessableEntity
	return nil
}

// said writes what package sheet or transfer tells in the reader's language, as far as there are words for it.
func (i *importing) said(key, instead string, args []any) string {
	if own := "office.import." + key; i.words.Has(own) {
		named := make([]any, 0, 2*len(args))
		for n, arg := range args {
			named = append(named, string(rune('a'+n)), arg)
		}
		return i.t(own, named...)
	}
	if key != "" && i.words.Has(key) {
		return capital(i.t(key, args...))
	}
	return capital(instead)
}
