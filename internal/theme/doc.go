// Package theme is where staff choose how a site's public pages look: colours, fonts, logo, words of its own, and what
// stands on the home page. The choices are site.Theme; package ui makes a style sheet of them.
//
// Promises:
//   - What cannot be read is not saved: every colour is measured against the ground it stands on, a failing one is
//     explained with its contrast and the nearest colour that will do, and one button takes that.
//   - No text of a site reaches a style sheet, and none becomes markup.
//   - A logo is drawn anew from pixels alone. Vector files are refused: they can hold programs.
//
// The editor works without JavaScript; with it, the preview follows every change. The preview is the real home page,
// rendered with the settings of the form (site.WithSettings), in a frame that only the editor may show.
//
// Tables: none; the theme is a setting, the logo a file.
//
// Routes:
//
//	GET  /theme.css                            the skin of the site; v= names its state      Public
//	GET  /theme/icon.svg                       the sign in browsers' tabs                    Public
//	GET  /theme/icon-180.png                   the same as a picture; also 192, 512          Public
//	GET  /manifest.webmanifest                 how the site stands on a home screen          Public
//	GET  /theme/logo/{name}                    the logo                                      Public
//	GET  /console/setup/theme                  the editor                                    settings.see
//	POST /console/setup/theme                  saves, or takes one step of editing           settings.edit
//	POST /console/setup/theme/logo             takes a logo in, or away                      settings.edit
//	POST /console/setup/theme/preview          the home page as it would be                  settings.see
//	GET  /console/setup/theme/preview.css      its skin                                      settings.see
package theme
