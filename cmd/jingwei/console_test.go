package main

import (
	"cmp"
	"os"
	"os/exec"
	"testing"
)

// lookAtMaps runs tests of the console and of the service's styles, in a real
// browser, against a service.
func lookAtMaps(t *testing.T, s site) {
	t.Helper()
	look(t, s, "styles.mjs", ".")
	look(t, s, "e2e.mjs", "the map, its legend and its words|a click shows the chain")
	drawInQGIS(t, s)
}

// drawInQGIS lets QGIS draw the tiles of a service, where there is one. Pictures are
// kept in the folder JINGWEI_SHOTS.
func drawInQGIS(t *testing.T, s site) {
	t.Helper()
	const python = "/usr/bin/python3" // Debian's, which has the packages of Debian
	if exec.CommandContext(t.Context(), python, "-c", "import qgis.core").Run() != nil {
		t.Log("QGIS draws nothing: there is none (Debian: python3-qgis)")
		return
	}
	folder := cmp.Or(os.Getenv("JINGWEI_SHOTS"), t.TempDir())
	cmd := exec.CommandContext(t.Context(), python, "../../scripts/draw-in-qgis.py", s.url, s.token, folder)
	cmd.Env = append(os.Environ(), "QT_QPA_PLATFORM=offscreen")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("QGIS: %v\n%s", err, out)
	}
}

// look runs tests, by their names, of a file of tests in a browser.
func look(t *testing.T, s site, file, names string) {
	t.Helper()
	browser := chromium()
	if _, err := os.Stat("../../web/node_modules/playwright-core"); err != nil || browser == "" {
		t.Log("maps are not looked at: make test installs what that takes, Node.js with the pages' packages and Chromium")
		return
	}
	cmd := exec.CommandContext(t.Context(), "node", "--test", "--test-name-pattern", names, "test/"+file)
	cmd.Dir = "../../web"
	cmd.Env = append(os.Environ(), "JINGWEI_URL="+s.url, "JINGWEI_TOKEN="+s.token, "CHROMIUM="+browser)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", file, err, out)
	}
}

func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
