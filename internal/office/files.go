package office

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strings"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// fileTypes are what may be attached, by what a file's first bytes say, and how it is served: always as an attachment.
var fileTypes = map[string]bool{
	"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true, "application/pdf": true, "text/plain": true,
}

// acceptedFiles is what a browser offers.
const acceptedFiles = ".jpg,.jpeg,.png,.gif,.webp,.pdf,.txt,.csv"

// fileField is the field that the files of a record's page are in: the first of its type.
func fileField(o *record.Seen) *record.Field {
	for _, f := range o.Fields {
		if f.Type == record.File {
			return f
		}
	}
	return nil
}

// blobKey is where the bytes of a file lie.
func blobKey(sum string) string { return "record/" + sum[:2] + "/" + sum + ".bin" }

// files are the record's files of all fields.
func (p *pageView) files() (files []ui.File) {
	for _, f := range p.o.Fields {
		all, _ := p.rec.Values[f.Key].([]record.FileValue)
		for _, file := range all {
			shown := ui.File{Name: file.Name, Size: p.v.bytes(file.Bytes)}
			if p.v.office.Files != nil {
				shown.Href = p.path() + "/files/" + file.Sha256
			}
			if p.mayEdit() && p.o.Editable(f) {
				shown.Remove = p.path() + "/files?remove=" + file.Sha256 + "&field=" + f.Key + "&rev=" + revText(p.rec)
			}
			files = append(files, shown)
		}
	}
	return files
}

func (v *visit) bytes(n int64) string {
	if n < 1<<20 {
		return v.words.Decimal(float64(n)/1024, 0) + " kB"
	}
	return v.words.Decimal(float64(n)/(1<<20), 1) + " MB"
}

func (p *pageView) fileForm() ui.FileForm {
	f := fileField(p.o)
	if f == nil || p.v.office.Files == nil || !p.mayEdit() || !p.o.Editable(f) {
		return ui.FileForm{}
	}
	return ui.FileForm{Action: p.path() + "/files?field=" + f.Key + "&rev=" + revText(p.rec), Hint: p.v.t("office.file_hint"), Error: p.fileFail, Accept: acceptedFiles}
}

// changeFiles adds a file to a field of a record, or takes one away. Bytes that nothing names any more stay until they are
// swept, because history still names them.
func (v *visit) changeFiles(w http.ResponseWriter) error {
	o, id, err := v.named()
	if err != nil {
		return err
	}
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	f := o.Field(q.Line("field", 100))
	if f == nil || f.Type != record.File || v.office.Files == nil {
		return value.Errorf(value.NotFound, "there is no such field")
	}
	if !o.May(record.Edit) || !o.Editable(f) {
		return forbidden()
	}
	p, err := v.pageOf(o, id)
	if err != nil {
		return err
	}
	files, _ := p.rec.Values[f.Key].([]record.FileValue)
	done := "office.file_removed"
	if sum := q.Line("remove", 64); sum != "" {
		files = slices.DeleteFunc(slices.Clone(files), func(file record.FileValue) bool { return file.Sha256 == sum })
	} else {
		added, err := v.takeFile()
		if err != nil {
			return p.fileFailed(w, err)
		}
		files, done = append(slices.Clone(files), added), "office.file_added"
	}
	var x any
	if len(files) > 0 {
		x = files
	}
	if _, err := v.store.Update(v.ctx, v.asker, o.Key, id, p.rec.Rev, record.Values{f.Key: x}); err != nil {
		return p.fileFailed(w, err)
	}
	return v.goOn(w, p.path(), v.t(done))
}

func (p *pageView) fileFailed(w http.ResponseWriter, err error) error {
	found, failure := p.v.faultsOf(err, func(string) bool { return false })
	if failure != nil {
		return failure
	}
	p.fileFail = found[""]
	return p.show(w, http.StatusUnprocessableEntity)
}

// takeFile checks the file of the form and stores its bytes.
func (v *visit) takeFile() (record.FileValue, error) {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return record.FileValue{}, err
	}
	header := form.File("file", fileBytes)
	if err := form.Err(); err != nil {
		return record.FileValue{}, err
	}
	if header == nil {
		return record.FileValue{}, &value.Error{Kind: value.Invalid, Key: "office.fault.no_file", Message: "choose a file"}
	}
	content, err := readAll(header)
	if err != nil {
		return record.FileValue{}, err
	}
	kind, known := kindOfFile(content)
	if !known {
		return record.FileValue{}, &value.Error{Kind: value.Invalid, Key: "office.fault.file_type", Message: "only pictures, PDF and plain text can be attached"}
	}
	sum := sha256.Sum256(content)
	file := record.FileValue{Sha256: hex.EncodeToString(sum[:]), Name: fileName(header.Filename), Type: kind, Bytes: int64(len(content))}
	return file, v.office.Files(v.site).Put(v.ctx, blobKey(file.Sha256), bytes.NewReader(content), file.Bytes)
}

func readAll(header *multipart.FileHeader) ([]byte, error) {
	file, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, fileBytes))
}

// kindOfFile tells by the first bytes what a file is; its name and what the browser claims count for nothing.
func kindOfFile(content []byte) (string, bool) {
	kind, _, _ := mime.ParseMediaType(http.DetectContentType(content))
	if kind == "text/html" || kind == "text/xml" { // served as text like all the rest
		return "", false
	}
	return kind, fileTypes[kind]
}

// fileName is the last part of a name, without what a file system or a header would take for something else.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`"/:*?<>|`, r) {
			return '_'
		}
		return r
	}, name)
	if strings.Trim(name, ".") == "" {
		return "file"
	}
	return clipped(name, 120)
}

// file serves one file of a record to who may see the record and the field it is in.
func (v *visit) file(w http.ResponseWriter) error {
	o, id, err := v.named()
	if err != nil {
		return err
	}
	rec, err := v.store.Get(v.ctx, v.asker, o.Key, id)
	if err != nil {
		return err
	}
	for _, f := range o.Fields {
		all, _ := rec.Values[f.Key].([]record.FileValue)
		for _, file := range all {
			if file.Sha256 == v.r.PathValue("sha256") && v.office.Files != nil {
				return v.serveFile(w, file)
			}
		}
	}
	return value.Errorf(value.NotFound, "there is no such file")
}

func (v *visit) serveFile(w http.ResponseWriter, file record.FileValue) error {
	content, err := v.office.Files(v.site).Open(v.ctx, blobKey(file.Sha256))
	if err != nil {
		return err
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", file.Type)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, err = io.Copy(w, content)
	return err
}
