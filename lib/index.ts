// The one entry notebooks import. lib/dist/index.js is generated from this file so that each name loads its
// module on first use (see commands/build-lib.ts): keep to `export … from` lines.
export {
  DataError,
  GenerativeError,
  OptionError,
  PrivacyError,
  ShapeError,
  TraceError,
  TrainingError,
} from "./core/errors";
export { useBackend } from "./core/backend";
export type { BackendReport } from "./core/backend";
export type { BackendName } from "./core/backend-registry";
export { compile, compileDefaults, setTracing } from "./core/compile";
export type { CompiledStep, CompileOptions, StepResult } from "./core/compile";
export type { TensorTree } from "./core/tracing/tensor-tree";
export { withRandomKey } from "./core/dropout";
export { randomCategorical, randomKey, randomNormal, randomUniform } from "./core/random-ops";
export type { RandomKey } from "./core/random-ops";
export { Random } from "./core/random";
export type { RandomState } from "./core/random";
export { tf } from "./core/tf";
export { datasetFolder } from "./data/dataset-files";
export { firstBatch, shuffledBatches } from "./data/batches";
export type { BatchPosition, IndexBatch } from "./data/batches";
export {
  gridDefaults,
  gridOfGaussians,
  ringDefaults,
  ringOfGaussians,
  sampleMixture,
} from "./data/gaussian-mixtures";
export type { GaussianMixture, GridOptions, RingOptions } from "./data/gaussian-mixtures";
export { hurricaneClasses, hurricaneDefaults, loadHurricane } from "./data/hurricane";
export type { Hurricane, HurricaneOptions, HurricaneSplit } from "./data/hurricane";
export { selectImages, shrinkImages, toUnitRange } from "./data/images";
export type { ImageBatch, ImageShape } from "./data/images";
export { fitChroma } from "./data/gamut";
export { labToRgb, rgbToLab } from "./data/lab";
export { rgbTensorToLab } from "./data/lab-tensor";
export { inferSchema } from "./data/infer-schema";
export type { InferOptions } from "./data/infer-schema";
export { fitMixture, mixtureDefaults } from "./data/mixture";
export type { Histogram, MixtureOptions, Mode } from "./data/mixture";
export { ausprivautoSchema, beMtplSchema, loadAusprivauto, loadBeMtpl } from "./data/motor";
export type { MotorOptions } from "./data/motor";
export { prepareTable } from "./data/prepare-table";
export type { PreparedTable, PrepareOptions } from "./data/prepare-table";
export { readRecords, recordsToTable, selectRecords, splitRecords } from "./data/records";
export type { Records } from "./data/records";
export { loadMnist, mnistDefaults } from "./data/mnist";
export type { Mnist, MnistOptions, MnistSplit } from "./data/mnist";
export { loadSpriteSheet } from "./data/sprite-sheet";
export type { SpriteSheetOptions } from "./data/sprite-sheet";
export { loadPhoto, photoDefaults, savePhoto } from "./data/photo";
export type { Photo, PhotoOptions } from "./data/photo";
export {
  decodeVectors,
  encodeRecords,
  encoderDefaults,
  encoderFromJson,
  encoderToJson,
  fitTableEncoder,
} from "./data/table-encoder";
export type { Block, EncoderOptions, EncoderRecord, TableEncoder } from "./data/table-encoder";
export { declareSchema } from "./data/table-schema";
export type {
  AmountColumn,
  CategoricalColumn,
  ColumnSchema,
  ContinuousColumn,
  CountColumn,
  ExposureColumn,
  IndicatorColumn,
  TableSchema,
} from "./data/table-schema";
export { readTable } from "./data/tables";
export { imagesToTensor, mixtureBatch } from "./data/tensors";
export { channelNorm } from "./layers/channel-norm";
export { causalAttention, selfAttention } from "./layers/attention";
export { softmaxCrossEntropy } from "./layers/cross-entropy";
export { gelu } from "./layers/gelu";
export { gru } from "./layers/gru";
export type { GruWeights } from "./layers/gru";
export { layerNorm } from "./layers/layer-norm";
export { iteratePower, spectralNorm } from "./layers/spectral-norm";
export type { SingularVectors } from "./layers/spectral-norm";
export { linear } from "./layers/linear";
export { lstm, lstmStates, lstmStep } from "./layers/lstm";
export type { LstmState, LstmWeights } from "./layers/lstm";
export { classifierAccuracy } from "./metrics/classifier-accuracy";
export type { ClassifierAccuracy } from "./metrics/classifier-accuracy";
export { conditionalReportDefaults, reportConditional } from "./metrics/conditional-report";
export type { ClassReport, ConditionalReport, ConditionalReportOptions } from "./metrics/conditional-report";
export { fitGaussian, frechetDistance } from "./metrics/frechet";
export type { Gaussian } from "./metrics/frechet";
export { symmetricEigen } from "./metrics/symmetric-eigen";
export type { SymmetricEigen } from "./metrics/symmetric-eigen";
export { deltaE2000, deltaE76, histogramIntersection } from "./metrics/colour-difference";
export { meanColour, paintEvenly, scoreColours } from "./metrics/colourisation";
export type { ColourScores } from "./metrics/colourisation";
export { ssimDefaults, structuralSimilarity } from "./metrics/image-similarity";
export type { SsimOptions } from "./metrics/image-similarity";
export { loadGenerator } from "./models/checkpoint";
export type { GeneratorName } from "./models/checkpoint";
export { buildClassifier, buildClassifierFor, classifierDefaults, loadClassifier } from "./models/classifier";
export type { Classifier, ClassifierInput, ClassifierName, ClassifierOptions } from "./models/classifier";
export { collapsedPoints, getRandomNumber } from "./models/collapsed-generator";
export { buildConditionalGanFor, loadConditionalGenerator } from "./models/conditional-checkpoint";
export type { ConditionalGeneratorName } from "./models/conditional-checkpoint";
export { buildConditionalGan, conditionalGanDefaults } from "./models/conditional-gan";
export type { ConditionalGan, ConditionalGanOptions, Conditioning } from "./models/conditional-gan";
export type {
  ConditionalDiscriminator,
  ConditionalGenerator,
  ConditionalNetworks,
} from "./models/conditional-networks";
export { labelPlanes } from "./models/label-plane-gan";
export type { LabelPlaneOptions } from "./models/label-plane-gan";
export type { ProjectionGanOptions } from "./models/projection-gan";
export { buildDiscriminator, buildGan, buildGenerator, ganDefaults } from "./models/gan";
export type { Gan, GanOptions } from "./models/gan";
export { modeCoverage, modeCoverageSamples } from "./metrics/mode-coverage";
export type { ModeCoverage } from "./metrics/mode-coverage";
export { buildCharRnn, charRnnDefaults, charRnnLanguageModel, charRnnLogits } from "./models/char-rnn";
export type { CharRnn, CharRnnOptions } from "./models/char-rnn";
export { buildGpt, gptDefaults, gptLanguageModel, gptLogits, prefillGpt, stepGpt } from "./models/gpt";
export type { Gpt, GptCache, GptOptions } from "./models/gpt";
export type { LanguageModel } from "./models/language-model";
export { perceptualFeatures } from "./models/perceptual-features";
export { buildStylegan2Discriminator, judge } from "./models/stylegan2/discriminator";
export type { Stylegan2Discriminator } from "./models/stylegan2/discriminator";
export {
  buildStylegan2Generator,
  countStyles,
  generateStylegan2,
  mapLatents,
  synthesize,
  synthesizeFrom,
  truncate,
} from "./models/stylegan2/generator";
export type { NoiseSource, Stylegan2Generator, Stylegan2Sampling } from "./models/stylegan2/generator";
export { stylegan2Defaults } from "./models/stylegan2/options";
export type { Stylegan2Options, Stylegan2Sizes } from "./models/stylegan2/options";
export { loadStylegan2 } from "./models/stylegan2/checkpoint";
export { buildStylegan2, disposeStylegan2 } from "./models/stylegan2/stylegan2";
export type { Stylegan2 } from "./models/stylegan2/stylegan2";
export {
  bootstrapRecords,
  independentRecords,
  sequentialDefaults,
  sequentialTreeRecords,
} from "./models/tabular-baselines/baselines";
export type { SequentialOptions } from "./models/tabular-baselines/baselines";
export {
  buildTabularGan,
  criticScores,
  disposeTabularGan,
  generateVectors,
  sampleRecords,
  tabularGanDefaults,
} from "./models/tabular-gan";
export type { TabularGan, TabularGanOptions } from "./models/tabular-gan";
export { loadTabularGenerator, saveTabularGenerator } from "./models/tabular-checkpoint";
export type { TabularModelName } from "./models/tabular-checkpoint";
export {
  loadVariables,
  loadWeights,
  readVariables,
  saveVariables,
  saveWeights,
  trainableVariables,
  writeVariables,
} from "./models/weights";
export {
  buildPatchDiscriminator,
  buildPix2pix,
  buildUnet,
  judgePatches,
  pix2pixDefaults,
  scaleColours,
  scaleLightness,
  unscaleColours,
} from "./models/pix2pix";
export type { PatchSize, Pix2pix, Pix2pixOptions } from "./models/pix2pix";
export { loadColouriser } from "./models/pix2pix-checkpoint";
export type { ColouriserName } from "./models/pix2pix-checkpoint";
export { buildPointGan, generatePoints, judgePoints, pointGanDefaults } from "./models/point-gan";
export type { MlpWeights, PointGan, PointGanOptions } from "./models/point-gan";
export type { SaveOptions, Weights } from "./models/weights";
export { animation, animationDefaults } from "./notebook/animation";
export type { Animation, AnimationOptions } from "./notebook/animation";
export { checkerboardDefaults, checkerboardPicture } from "./notebook/checkerboard-picture";
export type { CheckerboardOptions, CheckerboardPicture } from "./notebook/checkerboard-picture";
export { conv2dPicture, convPictureDefaults } from "./notebook/conv2d-picture";
export type { ConvPictureOptions } from "./notebook/conv2d-picture";
export { conv2dTransposePicture, transposePictureDefaults } from "./notebook/conv2d-transpose-picture";
export { globalMaxPoolPicture } from "./notebook/global-max-pool-picture";
export type { LayerPicture, Plane } from "./notebook/layer-picture";
export { chartDefaults } from "./notebook/chart";
export type { Chart, ChartOptions, ChartSpec } from "./notebook/chart";
export { check, useExercise } from "./notebook/check";
export { densityDefaults, densityPictures } from "./notebook/density";
export type { DensityOptions, DensityPictures } from "./notebook/density";
export { associations, compareAssociations } from "./metrics/tabular/associations";
export type { Association } from "./metrics/tabular/associations";
export {
  attackByDistance,
  compareNeighbours,
  embedRecords,
  judgeAttack,
  nearestDistances,
} from "./metrics/tabular/attacks";
export type { AttackReport, NeighbourReport } from "./metrics/tabular/attacks";
export { compareGlms } from "./metrics/tabular/glm-fidelity";
export type { CoefficientComparison, GlmFidelity } from "./metrics/tabular/glm-fidelity";
export {
  compareMarginals,
  kolmogorovSmirnov,
  totalVariation,
  wasserstein,
} from "./metrics/tabular/marginals";
export type { MarginalFidelity } from "./metrics/tabular/marginals";
export { fitPoissonGlm, glmDeviance } from "./metrics/tabular/poisson-glm";
export type { GlmSpec, PoissonGlm } from "./metrics/tabular/poisson-glm";
export { coefficientPlot } from "./notebook/coefficient-plot";
export type { Estimate } from "./notebook/coefficient-plot";
export { display, displayHandle } from "./notebook/display";
export type { Displayable, DisplayHandle, MimeBundle } from "./notebook/display";
export { imageGrid, imageGridDefaults } from "./notebook/image-grid";
export type { ImageGrid, ImageGridOptions } from "./notebook/image-grid";
export { imageSlider, imageSliderDefaults } from "./notebook/image-slider";
export type { ImageSliderOptions } from "./notebook/image-slider";
export { lossCurve, lossCurveDefaults } from "./notebook/loss-curve";
export type { LossCurveOptions } from "./notebook/loss-curve";
export { marginPlot, marginPlotDefaults } from "./notebook/margin-plot";
export type { MarginPlotOptions } from "./notebook/margin-plot";
export { NotImplemented } from "./notebook/not-implemented";
export type { ImageSource, PixelRange } from "./notebook/pixels";
export { progress, progressDefaults } from "./notebook/progress";
export type { ProgressOptions } from "./notebook/progress";
export { scatter, scatterDefaults } from "./notebook/scatter";
export type { ScatterOptions, ScatterSource } from "./notebook/scatter";
export type { SeriesSource } from "./notebook/series";
export { colourise, colouriseDefaults } from "./sampling/colourise";
export type { ColouriseOptions } from "./sampling/colourise";
export {
  noiseForBudget,
  plannedEpsilon,
  PrivacyLedger,
  privacyAccounts,
  statementDefaults,
} from "./privacy/ledger";
export type { LedgerEntry, LedgerRecord, PrivacyAccount, PrivacyStatement } from "./privacy/ledger";
export { noisyCounts, poissonSample, secretSeed } from "./privacy/noise";
export { pldDefaults, pldEpsilon } from "./privacy/pld";
export type { PldOptions } from "./privacy/pld";
export { rdpEpsilon, rdpOfSampledGaussian, rdpOrders } from "./privacy/rdp";
export type { RdpConversion, RdpEpsilon } from "./privacy/rdp";
export type { SampledGaussian } from "./privacy/sampled-gaussian";
export { sampleClasses } from "./sampling/conditional";
export { generateDefaults, textGenerator } from "./sampling/generate";
export type { GenerateOptions, TextGenerator } from "./sampling/generate";
export { generateImages, latentBatch } from "./sampling/latent";
export { latentWalk, latentWalkDefaults, lerp, mixStyles, slerp } from "./sampling/latent-space";
export type { LatentWalk } from "./sampling/latent-space";
export { styleMixingGrid } from "./sampling/style-grid";
export { Adam, adamDefaults } from "./training/adam";
export type { AdamOptions } from "./training/adam";
export { augmentImages } from "./training/augment";
export type { Augmentation } from "./training/augment";
export {
  trainConditionalDiscriminatorOneStep,
  trainConditionalGeneratorOneStep,
} from "./training/conditional-gan-steps";
export type { ConditionalLoss, DealerExamples } from "./training/conditional-gan-steps";
export { noisyLabels, trainDiscriminatorOneStep, trainGeneratorOneStep } from "./training/gan-steps";
export type { DiscriminatorStep } from "./training/gan-steps";
export {
  saddleLoss,
  trainPointCritic,
  trainPointDiscriminator,
  trainPointGenerator,
  trainPointGeneratorOnCritic,
  unrolledGeneratorLoss,
} from "./training/point-gan-steps";
export {
  binaryCrossEntropy,
  classMarginLoss,
  discriminatorLoss,
  generatorLoss,
  hingeDiscriminatorLoss,
  hingeGeneratorLoss,
} from "./training/losses";
export type { LoopOptions, LoopProgress } from "./training/training-loop";
export { augment, augmentationDefaults } from "./training/stylegan2/adaptive-augmentation";
export {
  buildProjection,
  disposeProjection,
  distanceBetween,
  projectedImage,
  projectImage,
  projectionDefaults,
} from "./training/stylegan2/project";
export type { Projection, ProjectionOptions, ProjectionProgress } from "./training/stylegan2/project";
export { gradientPenalty } from "./training/stylegan2/steps";
export { describeTick, ticks } from "./training/stylegan2/ticks";
export type { Tick } from "./training/stylegan2/ticks";
export { stylegan2Training, trainStylegan2 } from "./training/stylegan2/train-stylegan2";
export type { Stylegan2Progress, Stylegan2Training } from "./training/stylegan2/train-stylegan2";
export { classifierTraining, trainClassifier } from "./training/train-classifier";
export type { ClassifierProgress, ClassifierTraining, LabelledImages } from "./training/train-classifier";
export { criticLosses, mixRows, slopePenalties } from "./training/critic-loss";
export type { Critic } from "./training/critic-loss";
export { tabularTraining } from "./training/tabular/generator-step";
export type { TabularTraining } from "./training/tabular/generator-step";
export { clippedCriticGradients } from "./training/tabular/private-critic";
export type { ClippedSums, CriticRows } from "./training/tabular/private-critic";
export { privateTabularTraining, trainPrivateTabularGan } from "./training/tabular/train-private-tabular-gan";
export type {
  PrivateTabularProgress,
  PrivateTabularTraining,
} from "./training/tabular/train-private-tabular-gan";
export { trainTabularGan } from "./training/tabular/train-tabular-gan";
export type { TabularProgress } from "./training/tabular/train-tabular-gan";
export { conditionalGanTraining, trainConditionalGan } from "./training/train-conditional-gan";
export type { ConditionalGanProgress, ConditionalGanTraining } from "./training/train-conditional-gan";
export { ganTraining, trainGan } from "./training/train-gan";
export type { GanProgress, GanTraining } from "./training/train-gan";
export { WeightAverage } from "./training/weight-average";
export {
  l1Loss,
  patchDiscriminatorLoss,
  trainColouristOneStep,
  trainPatchDiscriminatorOneStep,
} from "./training/pix2pix-steps";
export type { ColourPair, LossWeights } from "./training/pix2pix-steps";
export { pix2pixTraining, trainPix2pix } from "./training/train-pix2pix";
export type { Pix2pixProgress, Pix2pixTraining } from "./training/train-pix2pix";
export { pointGanTraining, trainPointGan } from "./training/train-point-gan";
export type { PointGanProgress, PointGanTraining, PointGanVariant } from "./training/train-point-gan";
export { unrollAdam } from "./training/unrolled-adam";
