package sheet

import (
	"strconv"
	"strings"
)

// The parts of a workbook that are the same in all.
const (
	xmlHeader = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

	mainSpace     = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	linkSpace     = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packageSpace  = "http://schemas.openxmlformats.org/package/2006/"
	contentPrefix = "application/vnd.openxmlformats-officedocument.spreadsheetml."

	rootRelations = `<Relationships xmlns="` + packageSpace + `relationships"><Relationship Id="rId1" Type="` + linkSpace +
		`/officeDocument" Target="xl/workbook.xml"/></Relationships>`

	sheetBegin = `<worksheet ` + mainSpace + `><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" ` +
		`activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><sheetData>`
	sheetEnd = `</sheetData></worksheet>`

	workbookStyles = `<styleSheet ` + mainSpace + `>` +
		`<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
		`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
)

// parts are those that name the sheets.
func (w *xlsxWriter) parts() map[string]string {
	var types, sheets, links strings.Builder
	for n := 1; n <= w.sheets; n++ {
		number, name := strconv.Itoa(n), w.name
		if n > 1 {
			name += " " + number
		}
		types.WriteString(`<Override PartName="/xl/worksheets/sheet` + number + `.xml" ContentType="` + contentPrefix + `worksheet+xml"/>`)
		sheets.WriteString(`<sheet name="` + quotedXML(name) + `" sheetId="` + number + `" r:id="rId` + number + `"/>`)
		links.WriteString(`<Relationship Id="rId` + number + `" Type="` + linkSpace + `/worksheet" Target="worksheets/sheet` + number + `.xml"/>`)
	}
	return map[string]string{
		"[Content_Types].xml": `<Types xmlns="` + packageSpace + `content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + contentPrefix + `sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="` + contentPrefix + `styles+xml"/>` + types.String() + `</Types>`,
		"xl/workbook.xml": `<workbook ` + mainSpace + ` xmlns:r="` + linkSpace + `"><bookViews><workbookView/></bookViews><sheets>` + sheets.String() + `</sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="` + packageSpace + `relationships">` + links.String() +
			`<Relationship Id="rIdStyles" Type="` + linkSpace + `/styles" Target="styles.xml"/></Relationships>`,
	}
}

func quotedXML(text string) string {
	return strings.ReplaceAll(string(appendXML(nil, text)), `"`, "&quot;")
}
