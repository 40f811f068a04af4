package office

import (
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

// schemaView is everything that is defined as one text, to keep, to review and to bring to another site.
type schemaView struct{ *defining }

func (d *defining) schema(w http.ResponseWriter) error {
	d.planToast()
	return d.showSchema(w)
}

func (d *defining) showSchema(w http.ResponseWriter) error {
	page, err := d.shell(d.t("office.define.schema"), d.tabs(defineRoot+"/-/schema"))
	if err != nil {
		return err
	}
	return d.show(w, d.status(), page, (&schemaView{d}).view())
}

// schemaFile is what is defined, as a file.
func (d *defining) schemaFile(w http.ResponseWriter) error {
	var file record.SchemaFile
	err := d.read(func(tx *db.Tx) (err error) {
		file, err = d.store.SchemaText(tx, d.asker)
		return err
	})
	if err != nil {
		return err
	}
	text, err := yaml.Marshal(file)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="schema.yaml"`)
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(text)
	return err
}

// applySchema reads a text, shows what it would change, and then does it.
func (d *defining) applySchema(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	c := &change{
		defining: d, title: d.t("office.define.did.schema"), done: defineRoot + "/-/schema", back: defineRoot + "/-/schema",
		again: d.showSchema, shown: func(string) (string, bool) { return "schema", true },
	}
	text := d.form.text("schema")
	switch {
	case strings.TrimSpace(text) == "":
		d.blame("schema", d.t("office.define.fault.schema"))
	case utf8.RuneCountInString(text) > mostSchema:
		d.blame("schema", d.t("office.define.fault.long", "most", mostSchema))
	}
	if len(d.faults) > 0 {
		return c.again(w)
	}
	var file record.SchemaFile
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		return c.unreadable(w, err)
	}
	steps, err := d.store.Diff(d.ctx, d.asker, file)
	if err != nil {
		return c.failed(w, err)
	}
	c.steps = steps
	return c.run(w)
}

// unreadable tells what is wrong with a text that is no schema. What the reader of YAML says names the line.
func (c *change) unreadable(w http.ResponseWriter, err error) error {
	said := err.Error()
	var known *value.Error
	if errors.As(err, &known) {
		said = known.Message
	}
	c.blame("schema", capital(clipped(strings.ReplaceAll(said, "\n", " "), 300)))
	return c.again(w)
}
