package showcase_test

import "testing"

// TestRecordsBehaviour tries what the scripts add to lists and pages of records, as TestBehaviour does. The word at
// stands for the row or card by its number.
func TestRecordsBehaviour(t *testing.T) {
	tab := open(t)
	const row = `const at = n => document.querySelectorAll("fg-grid tbody tr")[n]; `
	const card = `const at = n => find("#board-" + n), column = n => at(n).closest("[data-column]").dataset.column; `
	for _, c := range []struct {
		name, page string
		width      int64
		question   string
	}{
		{"a selected row brings the bar of actions, which counts", "records", 1440,
			row + `const hidden = !find(".bulk").checkVisibility(); at(0).querySelector("input").click(); at(3).querySelector("input").click(); hidden && find(".bulk").checkVisibility() && find("[data-selected]").textContent === "2 selected" && !find(".all-matching").checkVisibility() && find("[data-all]").indeterminate`},
		{"with all rows selected everything that matches may be", "records", 1440,
			`click("[data-all]"); const offered = find(".all-matching").checkVisibility(); click("[name=all]"); click("tbody [name=id]"); offered && !find("[name=all]").checked && !find(".all-matching").checkVisibility()`},
		{"unselecting hides the bar", "records", 1440, `click("[data-all]"); click("[data-unselect]"); !find(".bulk").checkVisibility() && !find("[data-all]").checked`},
		{"shift takes the rows between", "records", 1440,
			row + `at(1).querySelector("input").click(); at(4).querySelector("input").dispatchEvent(new MouseEvent("click", {bubbles: true, shiftKey: true})); document.querySelectorAll("tbody :checked").length === 4`},
		{"j and k walk, x selects", "records", 1440,
			row + `key("j", document.body); const third = document.activeElement === at(3).querySelector(".main a") || document.activeElement === at(0).querySelector(".main a"); key("j", document.activeElement); key("k", document.activeElement); key("x", document.activeElement); third && document.querySelectorAll("tbody :checked").length === 1`},
		{"a link opens the peek and marks its row, Escape closes it and gives the focus back", "records", 1440,
			row + `await until(() => at(0).querySelector("a")._htmx); at(0).querySelector("a").focus(); at(0).querySelector("a").click(); await until(() => find("[data-peek-title]")?.textContent.includes("Velo")); await until(() => at(0).matches("[data-current]")); const shown = at(0).matches("[data-current]") && !at(2).matches("[data-current]") && document.activeElement.matches("[data-peek-title]"); key("Escape", document.activeElement); shown && !find("#peek").checkVisibility() && document.activeElement === at(0).querySelector("a")`},
		{"a click into a row opens its peek", "records", 1440,
			row + `await until(() => at(1).querySelector("a")._htmx); at(1).children[2].click(); await until(() => find("[data-peek-title]")?.textContent.includes("Garage")); find("[data-peek-title]").textContent.includes("Garage")`},
		{"e edits the cell, the answer is the row, the focus stays", "records", 1440,
			row + `await until(() => find(".pencil")._htmx); at(0).querySelector(".main a").focus(); key("e", document.activeElement); await until(() => find(".cell-editor")?._htmx); const focused = document.activeElement.matches("select"); find("#cell-stage").value = "Won"; find(".cell-editor").requestSubmit(); await until(() => at(0).textContent.includes("Won")); await until(() => document.activeElement.matches(".pencil")); focused && !find(".cell-editor") && at(0).contains(document.activeElement) && find("#toasts .toast").textContent.includes("Velo Atelier GmbH is now in Won")`},
		{"a cell that cannot be saved says why", "records", 1440,
			row + `await until(() => find(".pencil")._htmx); find(".pencil").click(); await until(() => find(".cell-editor")?._htmx); find("#cell-stage").value = "Lost"; find(".cell-editor").requestSubmit(); await until(() => find("#cell-stage-error")); document.querySelectorAll(".cell-editor").length === 1 && at(0).contains(find("#cell-stage-error"))`},
		{"Escape leaves the editor as it was", "records", 1440,
			row + `await until(() => find(".pencil")._htmx); find(".pencil").click(); await until(() => find(".cell-editor")); key("Escape", find("#cell-stage")); !find(".cell-editor") && document.activeElement.matches(".pencil")`},
		{"arrows lead to the cells that may be edited", "records", 1440,
			row + `at(4).querySelector(".main a").focus(); key("ArrowRight", document.activeElement); document.activeElement.matches(".pencil") && at(4).contains(document.activeElement)`},
		{"sorting swaps the grid alone, keeps the address and the focus", "records", 1440,
			`await until(() => find("#grid-column-4")._htmx); const aside = find("#peek"), old = find("#grid"); find("#grid-column-4").focus(); find("#grid-column-4").click(); await until(() => find("#grid") !== old); await until(() => document.activeElement.id === "grid-column-4"); location.search === "?sort=spend" && find("#peek") === aside && document.activeElement.id === "grid-column-4" && find("#grid thead [data-all]").checked === false`},
		{"the head stays in sight while many rows scroll under it", "records", 1440,
			`const body = find("fg-grid tbody"); for (let n = 0; n < 5; n++) body.append(...[...body.children].map(row => row.cloneNode(true))); const box = find("fg-grid .scrolls"); box.scrollTop = 900; await until(() => box.scrollTop === 900); Math.abs(find("fg-grid thead th").getBoundingClientRect().top - box.getBoundingClientRect().top) < 2 && find(".grid-foot").getBoundingClientRect().bottom <= innerHeight && document.documentElement.scrollHeight === innerHeight`},
		{"a slash goes to the filter", "records", 1440, `key("/", document.body); document.activeElement === find("[data-filter]")`},
		{"a small form opens without leaving the page and offers fitting operators", "records", 1440,
			`click(".chips summary"); await until(() => document.activeElement.matches("#filter-field")); find("#filter-field").value = "spend_year"; find("#filter-field").dispatchEvent(new Event("change", {bubbles: true})); const fits = find("#filter-op [value=gt]").hidden === false && find("#filter-op [value=has]").hidden === true; key("Escape", document.activeElement); fits && !find(".chips details").open`},
		{"a choice offers its values, and nothing asks for one when none is needed", "records", 1440,
			`click(".chips summary"); find("#filter-field").value = "stage"; find("#filter-op").value = "none"; find("#filter-field").dispatchEvent(new Event("change", {bubbles: true})); find("#filter-value").list.options.length === 6 && !find("#filter-value").checkVisibility()`},
		{"a phone shows the peek over the page until it is closed", "records", 390,
			`const covers = find("#peek").offsetWidth === innerWidth && find(".with-peek > section").inert; find("[data-peek-close]").click(); covers && !find("#peek").checkVisibility() && !find(".with-peek > section").inert`},
		{"a phone keeps the name in sight while the table scrolls", "records", 390,
			`find("[data-peek-close]").click(); find(".scrolls").scrollLeft = 300; await until(() => find(".scrolls").scrollLeft === 300); const box = find("tbody .main").getBoundingClientRect(); box.left >= 0 && box.left < 60 && document.documentElement.scrollWidth === innerWidth`},
		{"ctrl and K open the palette, which answers as one types", "records", 1440,
			`await until(() => find("#palette-words")._htmx); document.dispatchEvent(new KeyboardEvent("keydown", {key: "k", ctrlKey: true, bubbles: true})); await until(() => find("#palette [role=option]")); const first = find("#palette [aria-selected=true]").id; key("ArrowDown", find("#palette-words")); const moved = find("#palette [aria-selected=true]").id; const active = find("#palette-words").getAttribute("aria-activedescendant"); find("#palette-words").value = "zzz"; find("#palette-words").dispatchEvent(new Event("input", {bubbles: true})); await until(() => find("#palette .nothing")); first !== moved && active === moved && find("#palette .nothing") !== null`},
		{"Enter in the palette goes there", "records", 1440,
			`await until(() => find("#palette-words")._htmx); find("[data-search]").dispatchEvent(new PointerEvent("pointerdown", {bubbles: true})); await until(() => find("#palette [aria-selected=true]")); let went = ""; find("#palette [role=option]").addEventListener("click", e => { e.preventDefault(); went = e.currentTarget.pathname; }); key("Enter", find("#palette-words")); went === "/showcase/record"`},
		{"a card moves by keys and says so", "board", 1440,
			card + `const handle = at(4).querySelector(".handle"); handle.focus(); key(" ", handle); key("ArrowRight", handle); const over = column(4) === "Proposal" && find("[data-says]").textContent === "Proposal, place 1 of 3."; key(" ", handle); await until(() => !at(4).matches(".sent")); over && column(4) === "Proposal" && find("[data-says]").textContent === "Second Souffle is now in Proposal." && document.activeElement === handle`},
		{"Escape puts a lifted card back", "board", 1440,
			card + `const handle = at(4).querySelector(".handle"); handle.focus(); key(" ", handle); key("ArrowRight", handle); key("Escape", handle); column(4) === "New" && handle.getAttribute("aria-pressed") === "false"`},
		{"a move that is refused is undone and said", "board", 1440,
			card + `const handle = at(1).querySelector(".handle"); handle.focus(); key(" ", handle); key("ArrowRight", handle); key(" ", handle); await until(() => find("[data-says]").textContent.includes("could not")); column(1) === "Won" && find("[data-says]").textContent === "Garage du Lac SA could not be moved."`},
		{"a card follows the pointer into another column", "board", 1440,
			card + `const from = at(4).getBoundingClientRect(), to = find("[data-column=Proposal] h2").getBoundingClientRect(); const send = (type, x, y) => at(4).dispatchEvent(new PointerEvent(type, {bubbles: true, pointerId: 1, pointerType: "mouse", button: 0, clientX: x, clientY: y, buttons: type === "pointerup" ? 0 : 1})); HTMLElement.prototype.setPointerCapture = () => {}; send("pointerdown", from.x + 20, from.y + 40); send("pointermove", to.x + 10, to.y + 30); const flies = at(4).matches(".flies") && find("[data-column=Proposal]").matches(".over"); send("pointerup", to.x + 10, to.y + 30); await until(() => column(4) === "Proposal"); flies && column(4) === "Proposal" && !at(4).matches(".flies") && at(4).style.translate === ""`},
		{"a pointer let go elsewhere moves nothing", "board", 1440,
			card + `const send = (type, y, buttons) => at(4).dispatchEvent(new PointerEvent(type, {bubbles: true, pointerId: 1, pointerType: "mouse", button: 0, clientX: 300, clientY: y, buttons})); send("pointerdown", 300, 1); send("pointermove", 500, 0); !at(4).matches(".flies") && column(4) === "New"`},
		{"a board fetched anew keeps the focus and what was said", "board", 1440,
			card + `const board = find("#board"); for (const [name, value] of Object.entries({"hx-get": "/showcase/board", "hx-trigger": "moved", "hx-select": "#board", "hx-swap": "outerHTML"})) board.setAttribute(name, value); htmx.process(board, true); const handle = at(4).querySelector(".handle"); handle.focus(); key(" ", handle); key("ArrowRight", handle); key(" ", handle); await until(() => find("#board") !== board); await until(() => document.activeElement.id === "board-handle-4"); document.activeElement.id === "board-handle-4" && find("[data-says]").textContent === "Second Souffle is now in Proposal."`},
		{"a toast can be dismissed", "board", 1440, `click("[data-dismiss]"); find(".toast") === null`},
		{"a picker suggests, and keeps the id of what was picked", "inputs", 1440,
			`const field = find("#parent"); await until(() => field._htmx); const was = find("[name=parent_id]").value; field.focus(); field.value = "studio"; field.dispatchEvent(new Event("input", {bubbles: true})); const cleared = find("[name=parent_id]").value === ""; await until(() => find("#parent-list [role=option]")); const open = field.ariaExpanded === "true"; key("Enter", field); was === "bu_3" && cleared && open && field.value === "Studio Nyon" && find("[name=parent_id]").value === "bu_8" && field.ariaExpanded === "false"`},
		{"a picker of several adds one", "inputs", 1440,
			`const field = find("#partners"); await until(() => field._htmx); field.focus(); field.value = "piano"; field.dispatchEvent(new Event("input", {bubbles: true})); await until(() => find("#partners-list [role=option]")); find("#partners-list [role=option]").click(); [...new FormData(field.form).getAll("partners")].join() === "bu_0,bu_9" && field.value === ""`},
		{"an expression is checked while one types", "inputs", 1440,
			`const field = find("#rule"); await until(() => field._htmx); const faulty = find("#rule-check mark").textContent === "spend_yer"; field.value = "spend_year > 500"; field.dispatchEvent(new Event("input", {bubbles: true})); await until(() => find("#rule-check").textContent.includes("29")); faulty && find("#rule-check mark") === null`},
		{"a chosen file says its size", "import", 1440,
			`const input = find("#file"), files = new DataTransfer(); files.items.add(new File(["x".repeat(2400)], "members.csv")); input.files = files.files; input.dispatchEvent(new Event("change", {bubbles: true})); find("[data-chosen]").textContent.startsWith("members.csv · 2.4")`},
		{"a running piece of work fetches itself anew", "import", 1440,
			`await new Promise(go => setTimeout(go, 1200)); await until(() => find("#progress progress").value === 62); find("#progress progress").value === 62`},
	} {
		tab.Show("/showcase/"+c.page, c.width, "light")
		if answer := tab.Ask(c.question); answer != "yes" {
			t.Errorf("%s: %s", c.name, answer)
		}
	}
	tab.Quiet()
}

// TestRecordsWithoutScripts sees that lists of records can be used without JavaScript: filters, bulk actions, moves.
func TestRecordsWithoutScripts(t *testing.T) {
	tab := open(t)
	tab.WithoutScripts()
	tab.Show("/showcase/records", 1440, "light")
	tab.Click(".chips summary")
	tab.Until(`document.querySelector("#filter-value").checkVisibility()`)
	tab.Click("tbody [name=id]")
	answer := tab.Evaluate(`[
		document.querySelector(".bulk").checkVisibility(),
		document.querySelector(".all-matching").checkVisibility(),
		new FormData(document.querySelector(".bulk")).get("id") === "0",
		![...document.querySelectorAll(".needs-js")].some(e => e.checkVisibility()),
	].join()`)
	if answer != "true,true,true,true" {
		t.Errorf("scripts off, bar of actions, all that match, the id in the form, nothing useless: %s", answer)
	}
	tab.Show("/showcase/board", 1440, "light")
	if answer := tab.Evaluate(`String(document.querySelector(".board-card form button").checkVisibility())`); answer != "true" {
		t.Error("scripts off, a card has no button to move it")
	}
}
