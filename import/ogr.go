package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// epsg matches the names of coordinate systems that are understood.
var epsg = regexp.MustCompile(`^EPSG:[0-9]{4,6}$`)

// CheckCRS refuses what is not EPSG:n; empty is longitude and latitude.
func CheckCRS(crs string) error {
	if crs != "" && !epsg.MatchString(crs) {
		return fmt.Errorf("unknown coordinate system %q: EPSG:n, for example EPSG:4549", crs)
	}
	return nil
}

// convert calls read with a file as a sequence of GeoJSON features in longitude
// and latitude, written by ogr2ogr.
func convert(ctx context.Context, path, crs string, read func(io.Reader) error) error {
	program, err := exec.LookPath("ogr2ogr")
	if err != nil {
		return fmt.Errorf("%s: not GeoJSON in longitude and latitude; converting it needs ogr2ogr, which is not installed (Debian: gdal-bin)", path)
	}
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(running, program, ogrArguments(path, crs)...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	readErr := read(out)
	if readErr != nil {
		cancel()
	}
	waitErr := cmd.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return converted(path, readErr, waitErr, complaints.String())
}

// converted tells whose fault a failed conversion is: ogr2ogr leaves its output
// cut off or empty when it fails itself, and is killed when the reader fails.
func converted(path string, readErr, waitErr error, complaints string) error {
	var exit *exec.ExitError
	failed := errors.As(waitErr, &exit) && exit.Exited() || strings.Contains("\n"+complaints, "\nERROR ")
	switch {
	case failed:
		return fmt.Errorf("%s: ogr2ogr: %s", path, hinted(complaints))
	case readErr != nil:
		return readErr
	}
	return waitErr
}

// hinted shortens what ogr2ogr says to its errors and adds what helps.
func hinted(complaints string) string {
	var lines []string
	for line := range strings.Lines(complaints) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "->") && len(lines) < 5 {
			lines = append(lines, line)
		}
	}
	said := strings.Join(lines, "; ")
	if strings.Contains(said, "-s_srs") {
		said += " (name the file's system with --crs EPSG:n)"
	}
	return said
}

// ogrArguments: positions come out as longitude, latitude with nine decimals,
// curves as lines.
func ogrArguments(path, crs string) []string {
	args := []string{"-f", "GeoJSONSeq", "/vsistdout/", "-t_srs", "EPSG:4326", "-lco", "COORDINATE_PRECISION=9", "-nlt", "CONVERT_TO_LINEAR"}
	if crs != "" {
		args = append(args, "-s_srs", crs)
	}
	return append(args, ogrPath(path))
}

// ogrPath writes a path so that ogr2ogr takes it for a file, and an archive for
// what it holds.
func ogrPath(path string) string {
	switch {
	case strings.HasPrefix(path, "-"):
		path = "./" + path
	case strings.EqualFold(filepath.Ext(path), ".zip"):
		return "/vsizip/" + path
	}
	return path
}
