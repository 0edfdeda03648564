package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// lookAtMaps runs tests of the console and of the service's styles, in a real
// browser, against a service.
func lookAtMaps(t *testing.T, s site) {
	t.Helper()
	look(t, s, "styles.mjs", ".")
	look(t, s, "e2e.mjs", "the map, its legend and its words|a click shows the chain")
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
	tools, err := filepath.Abs("../../bin/tools/node_modules/.bin")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), "JINGWEI_URL="+s.url, "JINGWEI_TOKEN="+s.token, "CHROMIUM="+browser, "PATH="+tools+":"+os.Getenv("PATH"))
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
