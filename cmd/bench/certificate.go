package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"strings"
	"time"

	"gongyuan/cmd/bench/figure"
	"gongyuan/engine/certificate"
	"gongyuan/engine/diploma"
	"gongyuan/engine/print"
	"gongyuan/engine/standard"
	"gongyuan/frontend"
)

// printed is how many certificates are put on paper.
const printed = 1000

// certificateFigures are C1, an archive of certificates with portraits, a
// document each, and C2, the same as one document.
func certificateFigures(ctx context.Context, wanted func(string) bool, show func(figure.Figure)) error {
	portrait, err := portraitOf()
	if err != nil {
		return err
	}
	p := &diploma.Printer{Source: print.NewSource(frontend.FS(), print.FontFile), Form: diploma.Form{Template: diploma.Default()}}
	at := func(i int) (diploma.Sheet, error) { return sheetOf(i+1, portrait), ctx.Err() }
	if wanted("C1") {
		start := time.Now()
		if err := p.Archive(io.Discard, printed, at); err != nil {
			return err
		}
		show(figure.Figure{ID: "C1", Value: time.Since(start).Seconds(), Unit: "s", Aim: figure.AtMost(60)})
	}
	if wanted("C2") {
		sheets := make([]diploma.Sheet, printed)
		for i := range sheets {
			sheets[i] = sheetOf(i+1, portrait)
		}
		start := time.Now()
		if _, err := p.Write(sheets); err != nil {
			return err
		}
		show(figure.Figure{ID: "C2", Value: time.Since(start).Seconds(), Unit: "s", Aim: figure.AtMost(60)})
	}
	return nil
}

func sheetOf(serial int, portrait []byte) diploma.Sheet {
	return diploma.Sheet{
		Certificate: certificate.Certificate{
			Number: certificate.Number(fmt.Sprintf("S000061000001263%06d", serial)), Name: "王甲", Document: certificate.ResidentIdentity,
			Occupation: standard.Occupation{Code: "3-02-02-00", Name: "保卫管理员"}, Direction: certificate.NoDirection, Level: 3, LevelTitle: "三级/高级工",
			Body: "示例职业技能评价中心", Date: "2026-10-03", Issued: time.Date(2026, 10, 3, 8, 0, 0, 0, time.UTC),
			// As long as a real one, and never the same twice.
			Statement: strings.Repeat("eyJ2IjoxfQ", 60) + fmt.Sprintf(".%06d", serial) + strings.Repeat("c2lnbmF0dXJl", 7),
		},
		DocumentNumber: "11010519491231002X", Portrait: portrait, Page: "https://exam.example.org/verify", Sample: true,
	}
}

// portraitOf is a picture of the usual size of a portrait, 358 × 441 points.
func portraitOf() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, 358, 441))
	for y := range 441 {
		for x := range 358 {
			img.Set(x, y, color.RGBA{uint8(x * y / 7), uint8(y / 3), uint8(x ^ y), 255})
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, nil)
	return b.Bytes(), err
}
